"""A refusal of one sheet names the settings of that sheet; texts of the list stay as they are."""

from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    any_column_setting,
    column_setting,
    ignoring,
    setting,
)

KEY = setting("key_columns", '"Code,Net"')
ISSUE = DetectionIssue(
    f'The column "discount=30" is in doubt; set {any_column_setting("price", "Net")}, '
    f"{column_setting('name')}, {ignoring('Net')}, {setting('discount', 30)} or "
    f"{KEY}.",
    "column_mapping.price",
    ("Net",),
)


def test_issue_of_all_sheets_names_common_settings() -> None:
    assert ISSUE.for_list().message == (
        'The column "discount=30" is in doubt; set column_mapping or --column price="Net", '
        '--column name="Header", ignored_columns="Net", discount=30 or '
        '--set key_columns="Code,Net".'
    )
    assert ISSUE.for_list("Taps").message.startswith('Sheet "Taps": The column')


def test_issue_of_a_sheet_names_its_settings() -> None:
    issue = ISSUE.for_sheet("Taps & more")
    of_sheet = '--set sheet_settings."Taps & more".'
    assert issue.message == (
        f'Sheet "Taps & more": The column "discount=30" is in doubt; set '
        f'{of_sheet}column_mapping.price="Net", {of_sheet}column_mapping.name="Header", '
        f'{of_sheet}ignored_columns="Net", {of_sheet}discount=30 or '
        f'{of_sheet}key_columns="Code,Net".'
    )
    assert (issue.sheet, issue.option, issue.candidates) == (
        *("Taps & more", "column_mapping.price"),
        ("Net",),
    )


def test_a_nul_in_a_header_is_no_limit_of_a_setting() -> None:
    issue = DetectionIssue(f"Set {ignoring('A' + chr(0) + 'B')}.")
    assert issue.for_list().message == 'Set ignored_columns="A␀B".'
