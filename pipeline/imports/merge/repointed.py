"""Deals of accounts that were merged into another: they are that one's from now on."""

from __future__ import annotations

from django.db import connection

from pipeline.imports.folder.staging import Staging


def accounts_repoint(staging: Staging, batch: int) -> None:
    """Give the deals of merged accounts to the account they went into; leaves their ids in `repointed_deals`.

    Also those that a later file still gives to the merged one, and through accounts that were merged later. Undo puts
    the former account back: it is noted with what else the import changed of the deal, or alone; a deal that the import
    made goes anyway.
    """
    if not set(staging.files) & {"accounts.csv", "opportunities.csv"}:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            # UNION, so that a circle, which is refused later, ends.
            "CREATE TEMP TABLE repointed_deals ON COMMIT DROP AS WITH RECURSIVE went AS ("
            " SELECT id, merged_into FROM pipeline_account WHERE merged_into <> '' UNION"
            " SELECT went.id, further.merged_into FROM went JOIN pipeline_account further"
            " ON further.key = went.merged_into WHERE further.merged_into <> '')"
            " SELECT o.id, o.account_id AS former, left_account.id AS account, o.batch_id FROM went"
            " JOIN pipeline_account left_account ON left_account.key = went.merged_into"
            " AND left_account.merged_into = '' JOIN pipeline_opportunity o ON o.account_id = went.id"
        )
        cursor.execute(
            "UPDATE pipeline_importchange c SET before = jsonb_build_object('account_id', r.former) || c.before"
            ' FROM repointed_deals r WHERE c.batch_id = %s AND c."table" = \'pipeline_opportunity\' AND c."row" = r.id',
            [batch],
        )
        cursor.execute(
            'INSERT INTO pipeline_importchange (batch_id, "table", "row", before)'
            " SELECT %s, 'pipeline_opportunity', r.id, jsonb_build_object('account_id', r.former)"
            " FROM repointed_deals r"
            " WHERE r.batch_id IS DISTINCT FROM %s AND NOT EXISTS (SELECT FROM pipeline_importchange c"
            ' WHERE c.batch_id = %s AND c."table" = \'pipeline_opportunity\' AND c."row" = r.id)',
            [batch, batch, batch],
        )
        cursor.execute(
            "UPDATE pipeline_opportunity o SET account_id = r.account FROM repointed_deals r WHERE r.id = o.id"
        )
