"""What is kept: schema, migrations, reading and the one writer."""
