"""HTTP in, HTTP out: the phones' API, the officers' console, the content tool."""
