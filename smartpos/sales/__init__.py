"""The till: shifts, sales and their payments."""
