"""A caller's voice: how loud, high and fast it is, against that caller's own usual voice."""
