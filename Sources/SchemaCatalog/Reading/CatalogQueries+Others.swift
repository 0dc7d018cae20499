extension CatalogQueries {
    /// Extended statistics, as one creating statement and its target.
    var statistics: String {
        """
        SELECT s.oid, 'pg_statistic_ext' AS catalog, 'statistics' AS kind, n.nspname,
          s.stxname AS name, pg_get_statisticsobjdef(s.oid) AS statement,
          \(version >= 130000
            ? "CASE WHEN s.stxstattarget >= 0 THEN format('ALTER STATISTICS %I.%I SET STATISTICS %s', "
                + "n.nspname, s.stxname, s.stxstattarget) END" : "NULL") AS setting
        FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
        WHERE \(Self.userSchema) AND \(Self.notExtensionMember("pg_statistic_ext", "s.oid"))
        """
    }

    var collations: String {
        """
        SELECT c.oid, 'pg_collation' AS catalog, 'collation' AS kind, n.nspname, c.collname AS name,
          format('CREATE COLLATION %s (%s)', \(Self.named("n.nspname", "c.collname")), concat_ws(', ',
            'provider = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin'
              ELSE 'libc' END,
            CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END,
            \(collationLocale)
          )) AS statement, NULL AS setting
        FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
        WHERE \(Self.userSchema) AND \(Self.notExtensionMember("pg_collation", "c.oid"))
        """
    }

    /// Where the locale's name is stored moved in versions 15 and 17.
    private var collationLocale: String {
        let libc =
            "CASE WHEN c.collcollate = c.collctype THEN 'locale = ' || "
            + "quote_literal(c.collcollate) ELSE 'lc_collate = ' || quote_literal(c.collcollate) "
            + "|| ', lc_ctype = ' || quote_literal(c.collctype) END"
        if version >= 170000 { return "'locale = ' || quote_literal(c.colllocale), \(libc)" }
        if version >= 150000 { return "'locale = ' || quote_literal(c.colliculocale), \(libc)" }
        return libc
    }

    var eventTriggers: String {
        """
        SELECT e.oid, 'pg_event_trigger' AS catalog, 'event trigger' AS kind, '' AS nspname,
          e.evtname AS name,
          format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', e.evtname, e.evtevent,
            (SELECT ' WHEN TAG IN (' || string_agg(quote_literal(t.tag), ', ') || ')'
              FROM unnest(e.evttags) t(tag)), e.evtfoid::regproc) AS statement,
          CASE e.evtenabled WHEN 'D' THEN format('ALTER EVENT TRIGGER %I DISABLE', e.evtname)
            WHEN 'R' THEN format('ALTER EVENT TRIGGER %I ENABLE REPLICA', e.evtname)
            WHEN 'A' THEN format('ALTER EVENT TRIGGER %I ENABLE ALWAYS', e.evtname) END AS setting
        FROM pg_event_trigger e
        WHERE \(Self.notExtensionMember("pg_event_trigger", "e.oid"))
        """
    }

    /// What is recognised but not rendered, named by the server.
    var others: String {
        """
        SELECT c.classid::oid, c.objid, i.type, coalesce(i.schema, '') AS nspname, i.identity
        FROM (
          SELECT 'pg_operator'::regclass AS classid, oid AS objid FROM pg_operator
          UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
          UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
          UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
          UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
          UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
          UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
          UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser
          UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template
          UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
          UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
          UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
          UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
          UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
          UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relkind = 'f'
          UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typtype IN ('b', 'p')
            AND typelem = 0 AND oid >= 16384
        ) c, LATERAL pg_identify_object(c.classid, c.objid, 0) i
        WHERE c.objid >= 16384 AND NOT EXISTS (SELECT 1 FROM pg_depend e
          WHERE e.classid = c.classid AND e.objid = c.objid AND e.deptype IN ('e', 'i'))
        """
    }

    /// Comments of extensions are left out: their own scripts set them.
    var comments: String {
        """
        SELECT d.classoid::oid, d.objoid, d.objsubid, d.description FROM pg_description d
        WHERE (d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass)
          AND d.classoid <> 'pg_extension'::regclass
        """
    }

    /// Privileges as their difference from what the server grants by itself,
    /// so that objects nobody granted anything on have none.
    var grants: String {
        """
        WITH held AS (
          SELECT 'pg_class'::regclass AS classid, c.oid AS objid, 0 AS sub, c.relacl AS acl,
            acldefault(CASE WHEN c.relkind = 'S' THEN 's' ELSE 'r' END::"char", c.relowner) AS base
          FROM pg_class c WHERE c.relacl IS NOT NULL AND c.oid >= 16384
          UNION ALL
          SELECT 'pg_class'::regclass, a.attrelid, a.attnum, a.attacl, acldefault('c', c.relowner)
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND a.attrelid >= 16384
          UNION ALL
          SELECT 'pg_proc'::regclass, p.oid, 0, p.proacl, acldefault('f', p.proowner)
          FROM pg_proc p WHERE p.proacl IS NOT NULL AND p.oid >= 16384
          UNION ALL
          SELECT 'pg_type'::regclass, t.oid, 0, t.typacl, acldefault('T', t.typowner)
          FROM pg_type t WHERE t.typacl IS NOT NULL AND t.oid >= 16384
          UNION ALL
          SELECT 'pg_namespace'::regclass, n.oid, 0, n.nspacl,
            coalesce(i.initprivs, acldefault('n', n.nspowner))
          FROM pg_namespace n LEFT JOIN pg_init_privs i
            ON i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid
          WHERE n.nspacl IS NOT NULL AND \(Self.userSchema)
        ), changed AS (
          SELECT classid, objid, sub, true AS granted, e.* FROM held, LATERAL (
            SELECT grantee, privilege_type, is_grantable FROM aclexplode(acl)
            EXCEPT SELECT grantee, privilege_type, is_grantable FROM aclexplode(base)) e
          UNION ALL
          SELECT classid, objid, sub, false, e.* FROM held, LATERAL (
            SELECT grantee, privilege_type, is_grantable FROM aclexplode(base)
            EXCEPT SELECT grantee, privilege_type, is_grantable FROM aclexplode(acl)) e
        )
        SELECT c.classid::oid, c.objid, c.sub, c.granted, c.privilege_type, c.is_grantable,
          CASE WHEN c.grantee = 0 THEN 'PUBLIC' ELSE coalesce(r.rolname, c.grantee::text) END
            AS grantee
        FROM changed c LEFT JOIN pg_roles r ON r.oid = c.grantee
        """
    }

    /// Which object needs which. A view's needs are recorded for its rule, a
    /// default's for its `pg_attrdef` row; the reader maps both.
    var dependencies: String {
        """
        SELECT CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END::oid AS classid,
          coalesce(r.ev_class, d.objid) AS objid,
          d.objsubid, d.refclassid::oid, d.refobjid, d.refobjsubid
        FROM pg_depend d LEFT JOIN pg_rewrite r
          ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND r.rulename = '_RETURN'
        WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a', 'i', 'P', 'S')
        """
    }

    private static func named(_ schema: String, _ name: String) -> String {
        """
        CASE WHEN \(schema) = current_schema() THEN quote_ident(\(name)) \
        ELSE format('%I.%I', \(schema), \(name)) END
        """
    }
}
