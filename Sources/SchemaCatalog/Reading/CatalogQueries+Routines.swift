extension CatalogQueries {
    /// The server has no deparser for aggregates; their parts are read one by one.
    var routines: String {
        """
        SELECT p.oid, n.nspname, p.proname, p.prokind, l.lanname,
          pg_get_function_identity_arguments(p.oid) AS identity,
          pg_get_function_arguments(p.oid) AS arguments,
          pg_get_function_result(p.oid) AS result,
          (SELECT string_agg(format_type(u.t, NULL), ', ' ORDER BY u.o)
            FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u(t, o)) AS types,
          format('%I.%I', n.nspname, p.proname) AS qualified,
          CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END AS definition,
          \(version >= 140000 ? "p.prosqlbody IS NULL" : "true") AS is_string,
          \(Self.aggregateOptions) AS aggregate
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        JOIN pg_language l ON l.oid = p.prolang LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
        WHERE \(Self.userSchema) AND \(Self.notExtensionMember("pg_proc", "p.oid", orInternal: true))
        """
    }

    private static let aggregateOptions = """
        CASE WHEN p.prokind = 'a' THEN concat_ws(', ', 'SFUNC = ' || g.aggtransfn::regproc,
          'STYPE = ' || format_type(g.aggtranstype, NULL), 'SSPACE = ' || nullif(g.aggtransspace, 0),
          'FINALFUNC = ' || nullif(g.aggfinalfn::oid, 0)::regproc,
          CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
          CASE WHEN g.aggfinalmodify <> CASE g.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN
            'FINALFUNC_MODIFY = ' || CASE g.aggfinalmodify WHEN 'r' THEN 'READ_ONLY'
              WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
          'COMBINEFUNC = ' || nullif(g.aggcombinefn::oid, 0)::regproc,
          'SERIALFUNC = ' || nullif(g.aggserialfn::oid, 0)::regproc,
          'DESERIALFUNC = ' || nullif(g.aggdeserialfn::oid, 0)::regproc,
          'INITCOND = ' || quote_literal(g.agginitval),
          'MSFUNC = ' || nullif(g.aggmtransfn::oid, 0)::regproc,
          'MINVFUNC = ' || nullif(g.aggminvtransfn::oid, 0)::regproc,
          'MSTYPE = ' || format_type(nullif(g.aggmtranstype, 0), NULL),
          'MSSPACE = ' || nullif(g.aggmtransspace, 0),
          'MFINALFUNC = ' || nullif(g.aggmfinalfn::oid, 0)::regproc,
          CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
          CASE WHEN g.aggmtransfn <> 0 AND
            g.aggmfinalmodify <> CASE g.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN
            'MFINALFUNC_MODIFY = ' || CASE g.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY'
              WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
          'MINITCOND = ' || quote_literal(g.aggminitval),
          (SELECT format('SORTOP = OPERATOR(%I.%s)', sn.nspname, so.oprname) FROM pg_operator so
            JOIN pg_namespace sn ON sn.oid = so.oprnamespace WHERE so.oid = g.aggsortop),
          CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED'
            END,
          CASE g.aggkind WHEN 'h' THEN 'HYPOTHETICAL' END) END
        """

    var triggers: String {
        """
        SELECT t.oid, t.tgrelid, t.tgname, pg_get_triggerdef(t.oid, true) AS statement, t.tgenabled,
          \(version >= 130000
            ? "(SELECT p.tgenabled FROM pg_trigger p WHERE p.oid = t.tgparentid)" : "NULL")
            AS parent_enabled,
          t.tgconstraint, \(version >= 130000 ? "t.tgparentid <> 0" : "false") AS is_inherited
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE \(Self.userSchema) AND (NOT t.tgisinternal
          \(version >= 130000 ? "OR t.tgparentid <> 0 AND t.tgconstraint = 0" : ""))
        """
    }

    var policies: String {
        """
        SELECT p.oid, p.polrelid, p.polname, p.polpermissive, p.polcmd,
          (SELECT string_agg(CASE WHEN r.o = 0 THEN 'PUBLIC' ELSE quote_ident(a.rolname) END,
              chr(31) ORDER BY a.rolname)
            FROM unnest(p.polroles) r(o) LEFT JOIN pg_roles a ON a.oid = r.o) AS roles,
          pg_get_expr(p.polqual, p.polrelid) AS using,
          pg_get_expr(p.polwithcheck, p.polrelid) AS check
        FROM pg_policy p
        """
    }

    var rules: String {
        """
        SELECT r.oid, r.ev_class, r.rulename, pg_get_ruledef(r.oid) AS statement, r.ev_enabled
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE r.rulename <> '_RETURN' AND \(Self.userSchema)
        """
    }

    var publications: String {
        """
        SELECT p.oid, p.pubname, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete,
          p.pubtruncate, p.pubviaroot,
          (SELECT string_agg(\(publishedTable), chr(31)) FROM pg_publication_rel m
            WHERE m.prpubid = p.oid) AS tables,
          \(version >= 150000
            ? "(SELECT string_agg(quote_ident(n.nspname), chr(31)) "
                + "FROM pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid "
                + "WHERE s.pnpubid = p.oid)"
            : "NULL") AS schemas
        FROM pg_publication p
        """
    }

    private var publishedTable: String {
        let table = "m.prrelid::regclass"
        guard version >= 150000 else { return "\(table)::text" }
        return """
            \(table) || coalesce((SELECT ' (' || string_agg(quote_ident(a.attname), ', '
              ORDER BY a.attnum) || ')' FROM pg_attribute a WHERE a.attrelid = m.prrelid
              AND a.attnum = ANY (m.prattrs)), '')
              || coalesce(' WHERE (' || pg_get_expr(m.prqual, m.prrelid) || ')', '')
            """
    }
}
