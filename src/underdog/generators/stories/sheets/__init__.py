"""What the `.story` files say: parsing them into templates, and their formulas."""
