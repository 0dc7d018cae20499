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
