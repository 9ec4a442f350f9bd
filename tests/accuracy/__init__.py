"""`make accuracy`: the table of error rates on a folder of labelled faces, and its goals."""
