extension KnownSchema {
    /// How much the result of a function depends on. An unknown one is volatile, as PostgreSQL
    /// takes every function that does not say otherwise.
    func volatility(of function: ObjectName) -> Volatility {
        if function.schema == nil || function.schema == "pg_catalog",
            Self.settled.contains(function.name)
        {
            return .stable
        }
        if let known = volatilities[function] { return known }
        for schema in searchPath {
            if let known = volatilities[function.resolved(in: schema)] { return known }
        }
        if let known = volatilities[ObjectName(name: function.name)] { return known }
        // Extensions are often installed into a schema of their own.
        return Self.settled.contains(function.name) ? .stable : .volatile
    }

    /// Whether a call of a function takes nothing away, as far as can be told without asking.
    func isHarmless(_ function: ObjectName) -> Bool {
        if function.schema == "pg_catalog" { return !Self.destructive.contains(function.name) }
        guard !Self.destructive.contains(function.name) else { return false }
        return function.schema == nil
            && (Self.settled.contains(function.name) || Self.volatile.contains(function.name))
    }

    /// PostgreSQL's own functions, and some of its extensions', that take rows or objects away.
    static let destructive: Set<String> = [
        "dblink", "dblink_exec", "dblink_send_query", "drop_chunks", "lo_put", "lo_truncate",
        "lo_truncate64", "lo_unlink", "lowrite",
    ]

    /// Volatile functions that are everywhere and change no rows.
    private static let volatile: Set<String> = [
        "array_agg", "array_replace", "avg", "bool_and", "bool_or", "clock_timestamp", "count",
        "currval", "dense_rank", "every", "first_value", "gen_random_bytes", "gen_random_uuid",
        "generate_series", "jsonb_agg", "json_agg", "jsonb_array_elements",
        "jsonb_array_elements_text", "jsonb_array_length", "jsonb_each", "jsonb_each_text",
        "jsonb_object_agg", "jsonb_object_keys", "jsonb_typeof", "lag", "last_value", "lastval",
        "lead", "max", "min", "nextval", "pg_advisory_xact_lock", "pg_get_serial_sequence",
        "quote_nullable", "random", "rank", "regexp_match", "regexp_matches",
        "regexp_split_to_array", "regexp_split_to_table", "row_number", "set_config", "setval",
        "string_agg", "sum", "to_regclass", "trim", "unnest", "uuid_generate_v4",
    ]

    /// PostgreSQL's own functions that defaults use and that are not volatile (pg_proc of 15).
    private static let settled: Set<String> = [
        "abs", "age", "array_append", "array_cat", "array_fill", "array_length",
        "array_prepend", "array_remove", "array_to_json", "array_to_string", "btrim",
        "cardinality", "ceil", "ceiling", "char_length", "chr", "concat", "concat_ws",
        "current_database", "current_schema", "current_setting", "current_user", "date",
        "date_part", "date_trunc", "daterange", "decode", "encode", "exp", "extract", "floor",
        "format", "hashtext", "initcap", "inet_client_addr", "int4range", "int8range",
        "json_build_array", "json_build_object", "json_object", "jsonb_build_array",
        "jsonb_build_object", "jsonb_object", "jsonb_set", "justify_hours", "left", "length",
        "lower", "lpad", "ltrim", "make_date", "make_interval", "make_time", "make_timestamp",
        "make_timestamptz", "md5", "mod", "now", "numrange", "overlay", "pi", "position",
        "power", "quote_ident", "quote_literal", "regexp_replace", "repeat", "replace",
        "reverse", "right", "round", "row_to_json", "rpad", "rtrim", "session_user", "sha256",
        "sign", "split_part", "sqrt", "statement_timestamp", "string_to_array", "strpos",
        "substr", "substring", "timezone", "to_char", "to_date", "to_hex", "to_json",
        "to_jsonb", "to_number", "to_timestamp", "to_tsquery", "to_tsvector",
        "transaction_timestamp", "translate", "trunc", "tsrange", "tstzrange",
        "txid_current", "upper", "user", "uuid_nil", "uuid_ns_dns", "uuid_ns_url",
    ]
}
