// The public catalog as well as we can write it on Bun and Elysia: one statement a request over the
// same tables, columns and indexes as Pricebook, prepared once, and no memory of answers.
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
      const rows = await sql.unsafe(
        `SELECT counted.total_count, page.*
         FROM (SELECT count(*)::int AS total_count FROM products WHERE ${conditions}) AS counted
         LEFT JOIN LATERAL (
           SELECT id, internal_sku, name, category_id,
             coalesce(min_price, 0.00) AS min_price, coalesce(max_price, 0.00) AS max_price,
             supplier_count
           FROM products WHERE ${conditions}
           ORDER BY name, id
           LIMIT $${values.length + 1} OFFSET $${values.length + 2}
         ) AS page ON true
         ORDER BY page.name, page.id`,
        [...values, limit, (page - 1) * limit],
      );
      const found = rows[0].id === null ? [] : rows.map(product);
      return { total_count: rows[0].total_count, page, limit, data: found };
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
