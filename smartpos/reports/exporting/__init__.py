"""Files made of reports and lists: rows by a server-side cursor into Excel, CSV or PDF, in memory that stays flat."""
