"""What the public sees: active products, their price range and their categories."""
