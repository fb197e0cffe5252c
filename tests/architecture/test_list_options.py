"""Each list command has an option for each filter of the route that lists the same."""

import pytest
from msgspec import Struct

from pricebook.audit.schemas import AuditQuery
from pricebook.cli.main import app
from pricebook.cli.option_names import OPTIONS
from pricebook.events.schemas import EventQuery
from pricebook.imports.held_change_list import HeldChangePaging
from pricebook.matching.cluster_schemas import ClusterQuery
from pricebook.matching.decision_schemas import BatchQuery
from pricebook.matching.log_schemas import DecisionQuery
from pricebook.matching.schemas import MatchQuery
from pricebook.prices.schemas import PriceChangeExport, PriceChangeQuery, SupplierChangeQuery
from pricebook.products.list_filters import StaffProductQuery
from pricebook.quarantine.schemas import QuarantineQuery
from pricebook.rates.schemas import RateQuery
from pricebook.suppliers.listed_item_schemas import ListedItemQuery
from pricebook.tasks.schemas import TaskQuery
from pricebook.webhooks.schemas import DeliveryQuery

QUERIES: dict[str, type[Struct]] = {
    "audit": AuditQuery,
    "events": EventQuery,
    "matches batches list": BatchQuery,
    "matches clusters": ClusterQuery,
    "matches list": MatchQuery,
    "matches log": DecisionQuery,
    "prices changes": PriceChangeQuery,
    "prices export": PriceChangeExport,
    "prices suppliers": SupplierChangeQuery,
    "products list": StaffProductQuery,
    "quarantine list": QuarantineQuery,
    "rates list": RateQuery,
    "suppliers items": ListedItemQuery,
    "tasks changes": HeldChangePaging,
    "tasks list": TaskQuery,
    "webhooks deliveries": DeliveryQuery,
}
PAGING = {"page", "limit", "cursor", "exact_count"}
# A category of a command has those below it; a batch has a command of its own.
WITHOUT = {"include_subcategories", ("matches log", "batch_id")}


@pytest.mark.parametrize("command", QUERIES)
def test_each_filter_of_the_route_is_an_option(command: str) -> None:
    group = app
    for word in command.split():
        group = group[word]
    names = {name for each in group.assemble_argument_collection() for name in each.names}
    for field in QUERIES[command].__struct_fields__:
        if field in PAGING | WITHOUT or (command, field) in WITHOUT:
            continue
        options = {*OPTIONS.get(field, ()), f"--{field.replace('_', '-')}"}
        assert options & names, field
