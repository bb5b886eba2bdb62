"""SmartPOS: a multi-tenant shop system. Each package below is a domain; ``factory`` puts them together."""
