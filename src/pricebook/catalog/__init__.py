"""The public catalog: active products with price range and categories, and its response cache."""
