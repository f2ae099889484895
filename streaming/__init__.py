"""The floor that meets people and networks: sockets, pages, the API and the command line."""
