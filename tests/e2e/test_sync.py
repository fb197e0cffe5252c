"""A remote price list, from its source to the catalog, through real processes."""

import httpx

from e2e.api_client import admin_client, create, wait_for_success
from pricelists.fake_google import run_fake_google, sheet
from pricelists.spreadsheet_reader import HEADER, ID
from running_system import System, eventually


def sync(client: httpx.Client, supplier_id: str) -> None:
    response = client.post("/admin/sync", json={"supplier_id": supplier_id})
    assert response.status_code == 202, response.text
    wait_for_success(client, response.json()["task_id"])


def prices(client: httpx.Client) -> dict[str, str]:
    listed = client.get("/catalog").json()["data"]
    return {each["name"]: each["min_price"] for each in listed}


def test_google_spreadsheet_is_synced_into_the_catalog(system: System) -> None:
    with run_fake_google() as google:
        url = google.put(ID, sheet("Prices", [HEADER, ["A1", "Lamp", 5], ["A2", "Bulb", 1.25]]))
        key = google.write_key(system.folder / "key.json")
        printed = system.up("--empty", GOOGLE_API_URL=google.api, GOOGLE_CREDENTIALS_PATH=str(key))
        with admin_client(system, printed) as client:
            config = {"spreadsheet_url": url}
            supplier_id = create(
                client, "suppliers", name="ACME", source_type="google_sheets", source_config=config
            )
            sync(client, supplier_id)
            for item in client.get("/admin/suppliers/unmatched").json()["data"]:
                product = {"status": "active", "supplier_item_id": item["id"]}
                create(client, "products", name=item["name"], **product)
            eventually(lambda: prices(client) == {"Lamp": "5.00", "Bulb": "1.25"})

            google.put(ID, sheet("Prices", [HEADER, ["A1", "Lamp", 5.5], ["A2", "Bulb", 1.25]]))
            sync(client, supplier_id)
            eventually(lambda: prices(client) == {"Lamp": "5.50", "Bulb": "1.25"})
        assert system.stop() == 0
