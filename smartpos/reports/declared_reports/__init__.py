"""What can be reported across domains: profit, and what else needs several of them."""
