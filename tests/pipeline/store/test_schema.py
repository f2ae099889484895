from pipeline.store import schema, tables


def test_every_table_is_true_derived_added_or_an_index():
    named = {schema.call, schema.event, schema.search_doc, *schema.DERIVED, *schema.ADDED}
    assert named | tables.beside() == set(tables.metadata.tables.values())
    assert not named & tables.beside()
    assert not set(schema.DERIVED) & set(schema.ADDED)


def test_every_column_of_a_call_is_its_id_derived_or_added():
    columns = set(schema.call.c.keys())
    assert columns == {"id", "facts", "source", *schema.CALL_DERIVED}


def test_a_call_before_its_first_event_is_as_the_database_makes_it(store):
    with store.database.write() as connection:
        connection.execute(schema.call.insert().values(id="c"))
        row = connection.execute(schema.call.select()).mappings().one()
    assert {name: row[name] for name in schema.CALL_DERIVED} == schema.CALL_DERIVED
