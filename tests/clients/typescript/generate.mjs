// Generates schema.d.ts from openapi.json; the file of a form is a Blob.
import { writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const blob = ts.factory.createTypeReferenceNode("Blob");
const nodes = await openapiTS(new URL("openapi.json", import.meta.url), {
  transform: (schema) => (schema.format === "binary" ? blob : undefined),
});
writeFileSync(new URL("schema.d.ts", import.meta.url), astToString(nodes));
