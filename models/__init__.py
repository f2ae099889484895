"""What hears and what reads: the shared vocabulary, and the engines behind their seams."""
