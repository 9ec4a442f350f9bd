"""Study modules (教育课件): for phones to work through, and for editors to send."""
