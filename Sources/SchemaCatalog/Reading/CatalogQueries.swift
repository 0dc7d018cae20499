/// The statements that read a schema, all sent as one message.
///
/// Names and expressions are printed by the server with the default schema as
/// the whole search path: what it prints is what the same server reads back
/// under that path, and nothing outside the default schema goes unqualified.
/// Facts about the catalogs are from the PostgreSQL manual, chapter 53; parts
/// that a server version lacks are replaced by constants.
struct CatalogQueries {
    let version: Int

    /// Every statement with the reader that takes its rows, in an order in
    /// which each finds the names it refers to.
    var all: [(sql: String, take: (SnapshotReader) -> (ResultRows) -> Void)] {
        [
            (schemas, SnapshotReader.takeSchemas),
            (extensions, SnapshotReader.takeExtensions),
            (extensionMembers, SnapshotReader.takeExtensionMembers),
            (relations, SnapshotReader.takeRelations),
            (columns, SnapshotReader.takeColumns),
            (enums, SnapshotReader.takeEnums),
            (domains, SnapshotReader.takeDomains),
            (domainChecks, SnapshotReader.takeDomainChecks),
            (ranges, SnapshotReader.takeRanges),
            (derivedTypes, SnapshotReader.takeDerivedTypes),
            (sequences, SnapshotReader.takeSequences),
            (inheritance, SnapshotReader.takeInheritance),
            (constraints, SnapshotReader.takeConstraints),
            (indexes, SnapshotReader.takeIndexes),
            (routines, SnapshotReader.takeRoutines),
            (triggers, SnapshotReader.takeTriggers),
            (policies, SnapshotReader.takePolicies),
            (rules, SnapshotReader.takeRules),
            (statistics, SnapshotReader.takeStatements),
            (collations, SnapshotReader.takeStatements),
            (eventTriggers, SnapshotReader.takeStatements),
            (publications, SnapshotReader.takePublications),
            (others, SnapshotReader.takeOthers),
            (otherStatements, SnapshotReader.takeOtherStatements),
            (indexStatistics, SnapshotReader.takeIndexStatistics),
            (comments, SnapshotReader.takeComments),
            (grants, SnapshotReader.takeGrants),
            (dependencies, SnapshotReader.takeDependencies),
        ]
    }

    /// Schemas that belong to users.
    static let userSchema = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

    /// Leaves out what an extension brought with it and, where asked, what the
    /// server makes along with another object: constructors of range types.
    static func notExtensionMember(
        _ catalog: String, _ oid: String, orInternal isInternalToo: Bool = false
    ) -> String {
        let kinds = isInternalToo ? "'e', 'i'" : "'e'"
        return """
            NOT EXISTS (SELECT 1 FROM pg_depend part WHERE part.classid = '\(catalog)'::regclass \
            AND part.objid = \(oid) AND part.deptype IN (\(kinds)))
            """
    }

    /// An array as one text; the unit separator cannot occur in what is joined.
    static func joined(_ array: String) -> String { "array_to_string(\(array), chr(31))" }

    var schemas: String {
        """
        SELECT n.oid, n.nspname FROM pg_namespace n
        WHERE \(Self.userSchema) AND \(Self.notExtensionMember("pg_namespace", "n.oid"))
        """
    }

    var extensions: String {
        """
        SELECT e.oid, e.extname, n.nspname, e.extversion
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname <> 'plpgsql'
        """
    }

    /// Who needs a member of an extension needs the extension.
    var extensionMembers: String {
        """
        SELECT d.classid::oid, d.objid, d.refobjid FROM pg_depend d
        WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass AND d.objid >= 16384
        """
    }

    var enums: String {
        """
        SELECT t.oid, n.nspname, t.typname, e.enumlabel
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        LEFT JOIN pg_enum e ON e.enumtypid = t.oid
        WHERE t.typtype = 'e' AND \(Self.userSchema)
          AND \(Self.notExtensionMember("pg_type", "t.oid"))
        ORDER BY t.oid, e.enumsortorder
        """
    }

    var domains: String {
        """
        SELECT t.oid, n.nspname, t.typname, \(Self.type("t.typbasetype", "t.typtypmod")),
          t.typnotnull, pg_get_expr(t.typdefaultbin, 0) AS expression,
          CASE WHEN t.typcollation <> b.typcollation THEN \(Self.collationName("t.typcollation")) END
            AS collation
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        JOIN pg_type b ON b.oid = t.typbasetype \(Self.elementJoin("b"))
        WHERE t.typtype = 'd' AND \(Self.userSchema)
          AND \(Self.notExtensionMember("pg_type", "t.oid"))
        """
    }

    var domainChecks: String {
        """
        SELECT c.oid, c.contypid, c.conname, pg_get_constraintdef(c.oid) AS text,
          obj_description(c.oid, 'pg_constraint') AS comment
        FROM pg_constraint c WHERE c.contypid <> 0 AND c.contype = 'c'
        """
    }

    var ranges: String {
        """
        SELECT t.oid, n.nspname, t.typname, format_type(r.rngsubtype, NULL) AS subtype,
          CASE WHEN NOT o.opcdefault THEN format('%I.%I', o_n.nspname, o.opcname) END AS opclass,
          CASE WHEN r.rngcollation <> s.typcollation
            THEN \(Self.collationName("r.rngcollation")) END AS collation,
          CASE WHEN r.rngcanonical <> 0 THEN r.rngcanonical::regproc END AS canonical,
          CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::regproc END AS difference,
          \(version >= 140000 ? "r.rngmultitypid::regtype" : "NULL") AS multirange
        FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid
        JOIN pg_namespace n ON n.oid = t.typnamespace
        JOIN pg_type s ON s.oid = r.rngsubtype
        JOIN pg_opclass o ON o.oid = r.rngsubopc
        JOIN pg_namespace o_n ON o_n.oid = o.opcnamespace
        WHERE \(Self.userSchema) AND \(Self.notExtensionMember("pg_type", "t.oid"))
        """
    }

    /// Array and multirange types, which stand for the type they are made of.
    var derivedTypes: String {
        let multiranges = "UNION ALL SELECT rngmultitypid, rngtypid FROM pg_range"
        return """
            SELECT oid, typelem AS base FROM pg_type
            WHERE typcategory = 'A' AND typelem <> 0 AND oid >= 16384
            \(version >= 140000 ? multiranges : "")
            """
    }

    /// The columns `type`, `type_schema`, `type_name`, `is_array` and
    /// `has_modifier`; wants ``elementJoin(_:)`` beside it.
    static func type(_ oid: String, _ modifier: String) -> String {
        """
        format_type(\(oid), \(modifier)) AS type, el_n.nspname AS type_schema,
          el.typname AS type_name, el.oid <> \(oid) AS is_array, \(modifier) >= 0 AS has_modifier
        """
    }

    /// Joins the element type of `alias` as `el`, which for anything but an
    /// array is the type itself.
    static func elementJoin(_ alias: String) -> String {
        """
        JOIN pg_type el ON el.oid = CASE WHEN \(alias).typcategory = 'A' \
        AND \(alias).typelem <> 0 THEN \(alias).typelem ELSE \(alias).oid END
          JOIN pg_namespace el_n ON el_n.oid = el.typnamespace
        """
    }

    static func collationName(_ oid: String) -> String {
        """
        (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co \
        JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = \(oid))
        """
    }
}
