extension CatalogQueries {
    var relations: String {
        """
        SELECT c.oid, c.reltype, n.nspname, c.relname, c.relkind, c.relpersistence,
          c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispartition,
          c.relispopulated, \(Self.joined("c.reloptions")) AS options,
          (SELECT \(Self.joined("t.reloptions")) FROM pg_class t WHERE t.oid = c.reltoastrelid)
            AS toast_options,
          CASE WHEN a.amname <> current_setting('default_table_access_method') THEN a.amname END
            AS access_method,
          (SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
          CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype END AS of_type,
          pg_get_partkeydef(c.oid) AS partition_key,
          pg_get_expr(c.relpartbound, c.oid) AS partition_bound,
          CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS query
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_am a ON a.oid = c.relam
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c', 'S') AND \(Self.userSchema)
          AND \(Self.notExtensionMember("pg_class", "c.oid"))
        """
    }

    var columns: String {
        """
        SELECT a.attrelid, a.attnum, a.attname, \(Self.type("a.atttypid", "a.atttypmod")),
          a.attnotnull, a.attidentity, a.attgenerated, a.attislocal, a.attinhcount,
          d.oid AS default_oid, pg_get_expr(d.adbin, d.adrelid) AS expression,
          CASE WHEN a.attcollation <> t.typcollation THEN \(Self.collationName("a.attcollation"))
            END AS collation,
          nullif(a.attstattarget, -1) AS statistics_target,
          CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
          \(version >= 140000 ? "nullif(a.attcompression, '')" : "NULL") AS compression,
          \(Self.joined("a.attoptions")) AS options
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_type t ON t.oid = a.atttypid \(Self.elementJoin("t"))
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c') AND \(Self.userSchema)
          AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attrelid, a.attnum
        """
    }

    var sequences: String {
        """
        SELECT s.seqrelid, format_type(s.seqtypid, NULL) AS type, s.seqstart, s.seqincrement,
          s.seqmin, s.seqmax, s.seqcache, s.seqcycle, d.refobjid AS owner, d.refobjsubid AS column,
          d.deptype
        FROM pg_sequence s
        LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
          AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
        """
    }

    var inheritance: String {
        "SELECT inhrelid, inhparent FROM pg_inherits ORDER BY inhrelid, inhseqno"
    }

    var constraints: String {
        """
        SELECT c.oid, c.conrelid, c.conname, c.contype, pg_get_constraintdef(c.oid) AS text,
          array_to_string(c.conkey, ' ') AS columns, c.confrelid,
          array_to_string(c.confkey, ' ') AS references, c.confupdtype, c.confdeltype,
          c.confmatchtype, \(version >= 150000 ? "c.confdelsetcols IS NOT NULL" : "false")
            AS has_set_columns,
          c.condeferrable, c.condeferred, c.convalidated, c.conindid,
          c.coninhcount > 0 OR c.conparentid <> 0 AS is_inherited,
          CASE WHEN c.contype IN ('p', 'u', 'f', 'x') THEN
            (SELECT min(t.tgenabled::text) FROM pg_trigger t WHERE t.tgenabled <> 'O' AND
              (t.tgconstraint = c.oid OR t.tgconstraint IN
                (SELECT p.oid FROM pg_constraint p WHERE p.conparentid = c.oid))) END
            AS enforcement
        FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
        JOIN pg_namespace n ON n.oid = r.relnamespace
        WHERE c.contype IN ('p', 'u', 'f', 'c', 'x', 't') AND \(Self.userSchema)
        """
    }

    /// `prefix` is what the server prints before the access method, so that
    /// the reader can cut it off without parsing.
    var indexes: String {
        """
        SELECT i.indexrelid, i.indrelid, n.nspname, c.relname, i.indisunique, i.indisvalid,
          i.indisclustered, i.indisreplident, i.indkey::text AS columns,
          i.indexprs IS NOT NULL OR i.indpred IS NOT NULL AS has_expressions,
          t.relkind = 'p' AS on_partitioned, pg_get_indexdef(i.indexrelid) AS text,
          format('CREATE %sINDEX %I ON %s%I.%I USING ', CASE WHEN i.indisunique THEN 'UNIQUE ' END,
            c.relname, CASE WHEN t.relkind = 'p' THEN 'ONLY ' END, tn.nspname, t.relname) AS prefix,
          h.inhparent AS parent, s.spcname AS tablespace, k.conindid IS NOT NULL AS is_constraint
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
        LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
        LEFT JOIN (SELECT DISTINCT conindid FROM pg_constraint WHERE contype IN ('p', 'u', 'x')) k
          ON k.conindid = i.indexrelid
        WHERE \(Self.userSchema) AND t.relkind IN ('r', 'p', 'm')
        """
    }
}
