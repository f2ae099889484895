"""The tables of what is kept and for how long: holds, and the marks that removed calls leave."""
