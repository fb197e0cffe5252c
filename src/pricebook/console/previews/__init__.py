"""The pages of previews: from a dropped price list to its import."""
