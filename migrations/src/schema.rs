//! The tables that tell which steps were taken: diesel's own, and SQLite's list of tables.

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

diesel::table! {
    sqlite_master (name) {
        name -> Text,
    }
}
