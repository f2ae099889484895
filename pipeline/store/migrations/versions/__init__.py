"""One file a step; a step never changes once it has shipped."""
