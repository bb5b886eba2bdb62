"""What we sell: products, barcodes, categories, units, VAT rates and prices."""
