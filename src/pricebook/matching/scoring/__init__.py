"""The rules of matching: from texts to scores, bands and reasons. No database, HTTP or clock.

Modules named here without a comment load numpy: only the worker imports them. Ids of items,
products and suppliers are any hashable values.

- An item or a product is an `Article` of plain values (texts.py, no numpy); all but the name may
  be missing. `text` has the other cells of a row as one text; prices are in one currency.
- The index: keep `product_tokens(article, linked)` (token_ids.py, no numpy) of each product as
  `int[]` with `TOKENS_VERSION`, and renew it when the product or its links change. Nothing else
  has to be kept. `ProductIndex(rows)` of candidates.py takes rows `(product_id, token_ids)`;
  each run builds it anew.
- A run over the unmatched items of one supplier, `Run` of suggesting.py:
  `run = Run(index, Context(index, translations, sections), model)`, then
  `found = run.find({item_id: article}, rejected={item_id: {product_id}})`, then for chunks of
  items `run.compare(item_ids, {product_id: CatalogProduct(article, linked)})` with the products
  found, then `run.suggestions()`: up to ten `Suggestion` per item, best first, with score, band,
  reasons, objections, vetoes and features. All items are found before the first are compared.
- Models: `load_shipped()` of model.py (no numpy). A `Model` is a msgspec struct: JSON to keep.
  `model.contributions(features)` says what each feature adds.
- Decisions: keep `named(suggestion.features)` of features.py (no numpy) with accepted or not;
  `train(decisions, load_shipped(), version)` of training.py returns the installation's model.
- The dictionary of a supplier: `learn_pairs(without_brands(links))` of dictionary.py (no numpy)
  from pairs `(describe(item), describe(product))`; keep its `WordPair`s,
  `translations(pairs)` is for the `Context`. `learn_sections(links)` likewise.
- Clusters: `find_clusters({item_id: Unmatched(supplier, article)}, model)` of clusters.py.
"""
