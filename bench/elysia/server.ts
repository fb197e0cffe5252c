// The public catalog on Bun and Elysia, optimised for a fair comparison: one statement a request over the
// same tables, columns and indexes as Pricebook, prepared once, without a response cache.
import { SQL } from "bun";
import { Elysia, t } from "elysia";

const sql = new SQL({
  path: process.env.PG_SOCKET,
  username: process.env.PG_USER,
  database: process.env.PG_DATABASE,
  max: Number(process.env.PG_CONNECTIONS ?? 20),
});

type Filters = { category_id?: string; min_price?: number; max_price?: number; search?: string };

function conditionsOf(query: Filters): [string, unknown[]] {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  let conditions = "status = 'active'";
  if (query.category_id !== undefined)
    conditions += ` AND category_id = ${bind(query.category_id)}::uuid`;
  if (query.min_price !== undefined)
    conditions += ` AND min_price >= ${bind(query.min_price)}::numeric`;
  if (query.max_price !== undefined)
    conditions += ` AND min_price <= ${bind(query.max_price)}::numeric`;
  for (const word of new Set(query.search?.trim().split(/\s+/)))
    conditions += ` AND search_text LIKE search_pattern(${bind(word)})`;
  return [conditions, values];
}

const COLUMNS = `id, internal_sku, products.name, category_id,
  coalesce(min_price, 0.0000) AS min_price, coalesce(max_price, 0.0000) AS max_price,
  supplier_count`;

// The shapes of Pricebook's own statements, which were found by measuring.
function statement(conditions: string, limits: string, search?: string, offset = 0): string {
  if (search?.trim().split(/\s+/).some((word) => word.length >= 3))
    return `WITH found AS MATERIALIZED (SELECT name AS key, id FROM products WHERE ${conditions})
      SELECT ${COLUMNS}, (SELECT count(*)::int FROM found) AS total_count
      FROM products JOIN (SELECT key, id FROM found ORDER BY key, id ${limits}) AS hit USING (id)
      ORDER BY hit.key, id`;
  const counted = `(SELECT count(*)::int FROM products WHERE ${conditions}) AS total_count`;
  if (offset >= 500)
    return `SELECT ${COLUMNS}, ${counted}
      FROM products JOIN (
        SELECT id FROM products WHERE ${conditions} ORDER BY name, id ${limits}
      ) AS page USING (id)
      ORDER BY name, id`;
  return `SELECT ${COLUMNS}, ${counted} FROM products WHERE ${conditions}
    ORDER BY name, id ${limits}`;
}

async function count(conditions: string, values: unknown[]): Promise<number> {
  const counting = `SELECT count(*)::int AS n FROM products WHERE ${conditions}`;
  return (await sql.unsafe(counting, values))[0].n;
}

function price(text: string): string {
  const cut = text.indexOf(".") + 3;
  return text.slice(0, cut) + text.slice(cut).replace(/0+$/, "");
}

function product(row: any) {
  return {
    id: row.id,
    internal_sku: row.internal_sku,
    name: row.name,
    category_id: row.category_id,
    min_price: price(row.min_price),
    max_price: price(row.max_price),
    supplier_count: row.supplier_count,
  };
}

new Elysia()
  .get("/live", () => ({ status: "alive" }))
  .get(
    "/api/v1/catalog",
    async ({ query }) => {
      const { page, limit } = query;
      const [conditions, values] = conditionsOf(query);
      const offset = (page - 1) * limit;
      const limits = `LIMIT $${values.length + 1} OFFSET $${values.length + 2}`;
      const rows = await sql.unsafe(statement(conditions, limits, query.search, offset), [
        ...values,
        limit,
        offset,
      ]);
      const total_count = rows.length > 0 ? rows[0].total_count : await count(conditions, values);
      return { total_count, page, limit, data: rows.map(product) };
    },
    {
      query: t.Object({
        category_id: t.Optional(t.String({ format: "uuid" })),
        min_price: t.Optional(t.Numeric({ minimum: 0 })),
        max_price: t.Optional(t.Numeric({ minimum: 0 })),
        search: t.Optional(t.String({ minLength: 1, maxLength: 255 })),
        page: t.Integer({ minimum: 1, default: 1 }),
        limit: t.Integer({ minimum: 1, maximum: 200, default: 50 }),
      }),
    },
  )
  .listen({ hostname: "127.0.0.1", port: Number(process.env.PORT) });
