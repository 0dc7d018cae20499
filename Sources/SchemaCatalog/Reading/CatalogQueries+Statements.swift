extension CatalogQueries {
    /// Statements for kinds that the server has no deparser for, put together from
    /// their catalogs; `settings` and `removal` are lists.
    var otherStatements: String {
        [
            casts, operators, searchDictionaries, searchConfigurations, servers, foreignTables,
            defaultPrivileges,
        ].joined(separator: "\nUNION ALL ")
    }

    private var casts: String {
        """
        SELECT 'pg_cast'::regclass::oid AS classid, c.oid AS objid, '' AS nspname, '' AS name,
          format('CREATE CAST (%s AS %s) %s%s', format_type(c.castsource, NULL),
            format_type(c.casttarget, NULL), CASE c.castmethod WHEN 'i' THEN 'WITH INOUT'
              WHEN 'b' THEN 'WITHOUT FUNCTION' ELSE 'WITH FUNCTION ' || c.castfunc::regprocedure END,
            CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END)
            AS statement, '' AS settings, '' AS removal
        FROM pg_cast c WHERE c.oid >= 16384
        """
    }

    /// A commutator or negator that is not there yet is made as a shell by the
    /// server and filled in when its turn comes.
    private var operators: String {
        """
        SELECT 'pg_operator'::regclass::oid, o.oid, '', '',
          format('CREATE OPERATOR %I.%s (%s)', n.nspname, o.oprname, concat_ws(', ',
            'FUNCTION = ' || o.oprcode::regproc,
            'LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL),
            'RIGHTARG = ' || format_type(nullif(o.oprright, 0), NULL),
            \(Self.related("COMMUTATOR", "o.oprcom")), \(Self.related("NEGATOR", "o.oprnegate")),
            'RESTRICT = ' || nullif(o.oprrest::oid, 0)::regproc,
            'JOIN = ' || nullif(o.oprjoin::oid, 0)::regproc,
            CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END)),
          '', ''
        FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
        WHERE o.oid >= 16384 AND o.oprcode <> 0
        """
    }

    private static func related(_ word: String, _ oid: String) -> String {
        """
        (SELECT format('\(word) = OPERATOR(%I.%s)', rn.nspname, r.oprname) FROM pg_operator r
          JOIN pg_namespace rn ON rn.oid = r.oprnamespace WHERE r.oid = \(oid))
        """
    }

    private var searchDictionaries: String {
        """
        SELECT 'pg_ts_dict'::regclass::oid, d.oid, '', '',
          format('CREATE TEXT SEARCH DICTIONARY %I.%I (TEMPLATE = %I.%I%s)', n.nspname, d.dictname,
            tn.nspname, t.tmplname, ', ' || d.dictinitoption), '', ''
        FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
        JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
        WHERE d.oid >= 16384
        """
    }

    private var searchConfigurations: String {
        """
        SELECT 'pg_ts_config'::regclass::oid, c.oid, '', '',
          format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %I.%I)', n.nspname, c.cfgname,
            pn.nspname, p.prsname),
          (SELECT string_agg(format('ALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s',
              n.nspname, c.cfgname, m.alias, m.dictionaries), chr(31) ORDER BY m.alias)
            FROM (SELECT k.alias, string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno)
                AS dictionaries
              FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype
              WHERE m.mapcfg = c.oid GROUP BY k.alias) m), ''
        FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
        JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace pn ON pn.oid = p.prsnamespace
        WHERE c.oid >= 16384
        """
    }

    private var servers: String {
        """
        SELECT 'pg_foreign_server'::regclass::oid, s.oid, '', '',
          format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER %I%s', s.srvname,
            ' TYPE ' || quote_literal(s.srvtype), ' VERSION ' || quote_literal(s.srvversion),
            w.fdwname, \(Self.options("s.srvoptions"))), '', ''
        FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
        """
    }

    private var foreignTables: String {
        """
        SELECT 'pg_class'::regclass::oid, c.oid, '', '',
          format('CREATE FOREIGN TABLE %I.%I (%s) SERVER %I%s', n.nspname, c.relname,
            (SELECT string_agg(format('%I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                \(Self.options("a.attfdwoptions")), CASE WHEN a.attnotnull THEN ' NOT NULL' END,
                ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)), ', ' ORDER BY a.attnum)
              FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
            s.srvname, \(Self.options("f.ftoptions"))), '', ''
        FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_foreign_server s ON s.oid = f.ftserver
        """
    }

    private static func options(_ array: String) -> String {
        """
        (SELECT ' OPTIONS (' || string_agg(format('%I %L', o.option_name, o.option_value), ', ') || ')'
          FROM pg_options_to_table(\(array)) o)
        """
    }

    /// The role is left out where it is the one that reads, which on another server
    /// has another name.
    private var defaultPrivileges: String {
        """
        SELECT 'pg_default_acl'::regclass::oid, d.oid, coalesce(d.nspname, ''),
          'default privileges' || d.place || ' on ' || d.kind, '', string_agg(
            d.subject || CASE WHEN d.granted THEN \(Self.grant) ELSE \(Self.revoke) END, chr(31)
            ORDER BY d.granted, d.who, d.privilege_type),
          string_agg(d.subject || CASE WHEN d.granted THEN \(Self.revoke) ELSE \(Self.grant) END, chr(31)
            ORDER BY d.granted, d.who, d.privilege_type)
        FROM (
          SELECT a.oid, n.nspname, p.place, 'ALTER DEFAULT PRIVILEGES' || p.place AS subject,
            CASE a.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'
              WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' ELSE 'schemas' END AS kind,
            g.granted, g.privilege_type, g.is_grantable,
            CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS who
          FROM pg_default_acl a LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace,
          LATERAL (SELECT CASE WHEN pg_get_userbyid(a.defaclrole) = current_user THEN ''
              ELSE format(' FOR ROLE %I', pg_get_userbyid(a.defaclrole)) END
            || coalesce(' IN SCHEMA ' || quote_ident(n.nspname), '') AS place) p,
          LATERAL (SELECT CASE WHEN a.defaclnamespace = 0 THEN acldefault(
              CASE a.defaclobjtype WHEN 'S' THEN 's' ELSE a.defaclobjtype END, a.defaclrole)
              END AS base) b,
          LATERAL (
            SELECT true AS granted, h.* FROM (
              SELECT grantee, privilege_type, is_grantable FROM aclexplode(a.defaclacl)
              EXCEPT SELECT grantee, privilege_type, is_grantable FROM aclexplode(b.base)) h
            UNION ALL
            SELECT false, h.* FROM (
              SELECT grantee, privilege_type, is_grantable FROM aclexplode(b.base)
              EXCEPT SELECT grantee, privilege_type, is_grantable FROM aclexplode(a.defaclacl)) h) g
        ) d GROUP BY d.oid, d.nspname, d.place, d.kind
        """
    }

    private static let grant = """
        format(' GRANT %s ON %s TO %s%s', d.privilege_type, upper(d.kind), d.who, \
        CASE WHEN d.is_grantable THEN ' WITH GRANT OPTION' END)
        """

    private static let revoke =
        "format(' REVOKE %s ON %s FROM %s', d.privilege_type, upper(d.kind), d.who)"

    var indexStatistics: String {
        """
        SELECT a.attrelid, a.attnum, a.attstattarget
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind IN ('i', 'I') AND a.attstattarget >= 0 AND a.attrelid >= 16384
        """
    }
}
