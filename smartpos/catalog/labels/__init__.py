"""Labels on paper: where everything stands (``layout``), and that as PDF, for Zebra's and for TSC's printers."""
