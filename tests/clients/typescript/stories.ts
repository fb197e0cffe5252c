// One scenario per role, through the generated client only: no cast, no request made by hand.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./schema.js";

const [baseUrl = "", password = ""] = process.argv.slice(2);
const PRICE_LIST =
  "Article code,Name,Price,Colour,Size\nNW-1,Claw hammer,12.50,red,20 oz\nNW-2,Hand saw,7,,\nNW-3,Glove,,,\n";

type Result<T> = { data?: T; error?: { detail: string } };

function dataOf<T>({ data, error }: Result<T>): T {
  assert(data !== undefined, error?.detail);
  return data;
}

function toForm(body: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    for (const each of Array.isArray(value) ? value : [value]) form.append(name, each);
  }
  return form;
}

async function logIn(username: string): Promise<Client<paths>> {
  const client = createClient<paths>({ baseUrl });
  const login = dataOf(await client.POST("/api/v1/auth/login", { body: { username, password } }));
  assert.equal(login.user.role, username);
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${login.token}` } });
}

async function finished(client: Client<paths>, task_id: string) {
  for (;;) {
    const path = { task_id };
    const task = dataOf(await client.GET("/api/v1/admin/tasks/{task_id}", { params: { path } }));
    if (task.result) return { ...task, result: task.result };
    await setTimeout(100);
  }
}

async function adminStory(): Promise<void> {
  const client = await logIn("admin");
  const supplier = dataOf(
    await client.POST("/api/v1/admin/suppliers", { body: { name: "Nordwerk", source_type: "csv" } }),
  );
  const accepted = dataOf(
    await client.POST("/api/v1/admin/suppliers/{supplier_id}/upload", {
      params: { path: { supplier_id: supplier.id } },
      body: { file: new Blob([PRICE_LIST]), characteristic_columns: ["Colour", "Size"] },
      bodySerializer: toForm,
    }),
  );
  const task = await finished(client, accepted.task_id);
  assert.deepEqual([task.result.status, task.counts.new, task.counts.rejected], ["success", 2, 1]);
  assert.deepEqual(task.source_config["characteristic_columns"], ["Colour", "Size"]);
  const path = { task_id: accepted.task_id };
  const errors = dataOf(
    await client.GET("/api/v1/admin/tasks/{task_id}/errors", { params: { path } }),
  );
  assert.equal(errors.data[0]?.row_number, 4);
  const rows = dataOf(
    await client.GET("/api/v1/admin/tasks/{task_id}/errors/export", {
      params: { path },
      parseAs: "text",
    }),
  );
  assert.match(rows, /^4,,NW-3,Glove/m);
}

async function procurementStory(): Promise<void> {
  const client = await logIn("procurement");
  const unmatched = dataOf(
    await client.GET("/api/v1/admin/suppliers/unmatched", { params: { query: { search: "hammer" } } }),
  );
  const [item] = unmatched.data;
  assert(item);
  assert.deepEqual(item.characteristics, { Colour: "red", Size: "20 oz" });
  const category = dataOf(
    await client.POST("/api/v1/admin/categories", { body: { name: "Tools" } }),
  );
  const product = dataOf(
    await client.POST("/api/v1/admin/products", {
      body: { name: item.name, category_id: category.id, status: "active", target_price: "25.00" },
    }),
  );
  const { product: matched } = dataOf(
    await client.PATCH("/api/v1/admin/products/{product_id}/match", {
      params: { path: { product_id: product.id } },
      body: { action: "link", supplier_item_id: item.id },
    }),
  );
  assert.deepEqual([matched.supplier_items.length, matched.margin_percentage], [1, 50]);
}

async function salesStory(): Promise<void> {
  const client = await logIn("sales");
  const products = dataOf(
    await client.GET("/api/v1/admin/products", { params: { query: { max_margin: 50 } } }),
  );
  const [product] = products.data;
  assert(product);
  const path = { product_id: product.id };
  const changed = dataOf(
    await client.PATCH("/api/v1/admin/products/{product_id}", {
      params: { path },
      body: { target_price: 50 },
    }),
  );
  assert.deepEqual([changed.target_price, changed.margin_percentage], ["50.00", 75]);
  const lines = dataOf(await client.GET("/api/v1/admin/products/export", { parseAs: "text" }));
  assert.match(lines, /Claw hammer/);
  const { error } = await client.PATCH("/api/v1/admin/products/{product_id}", {
    params: { path },
    body: { status: "archived" },
  });
  assert.equal(error?.error.code, "FORBIDDEN");
}

async function publicStory(): Promise<void> {
  const client = createClient<paths>({ baseUrl });
  const catalog = dataOf(
    await client.GET("/api/v1/catalog", { params: { query: { search: "hammer", sort: "price" } } }),
  );
  const [product] = catalog.data;
  assert(product);
  assert.deepEqual([product.min_price, product.supplier_count], ["12.50", 1]);
  const path = { product_id: product.id };
  const detail = dataOf(await client.GET("/api/v1/catalog/{product_id}", { params: { path } }));
  assert.equal(detail.category_name, "Tools");
  const categories = dataOf(await client.GET("/api/v1/categories"));
  assert.equal(categories.data[0]?.product_count, 1);
  const table = dataOf(await client.GET("/api/v1/catalog/export/csv", { parseAs: "text" }));
  assert.match(table, /Claw hammer/);
  const { error } = await client.GET("/api/v1/catalog", { params: { query: { limit: 201 } } });
  assert.equal(error?.error.details.errors[0]?.field, "limit");
}

for (const story of [adminStory, procurementStory, salesStory, publicStory]) {
  await story();
  console.log(story.name);
}
