"""What managers look at and download: dashboards, reports, exports, summaries of sales."""
