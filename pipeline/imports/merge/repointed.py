"""Deals of accounts that were merged into another: they are that one's from now on."""

from __future__ import annotations

from django.db import connection

from pipeline.imports.folder.staging import Staging


def accounts_repoint(staging: Staging, batch: int) -> None:
    """Give the deals of merged accounts to the account they went into; leaves their ids in `repointed_deals`.

    Also those that a later file still gives to the merged one. Undo puts the former account back: it is noted with
    what else the import changed of the deal, or alone; a deal that the import made goes anyway.
    """
    if not set(staging.files) & {"accounts.csv", "opportunities.csv"}:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE repointed_deals ON COMMIT DROP AS"
            " SELECT o.id, o.account_id AS former, into_account.id AS account, o.batch_id FROM pipeline_account a"
            " JOIN pipeline_account into_account ON into_account.key = a.merged_into"
            " JOIN pipeline_opportunity o ON o.account_id = a.id WHERE a.merged_into <> ''"
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
