"""Where a fix is, and whether that is inside: pure geometry, computed in WGS-84."""
