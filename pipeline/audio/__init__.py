"""Audio at the edge: codecs, decoding, keeping channels in step, recording."""
