"""Child processes that fetch and parse price lists with restricted rights."""
