"""Questions that reports and dashboards ask."""
