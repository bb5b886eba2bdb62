"""Paper: what stands on receipts and reports, drawn for a page, a PDF and a network printer."""
