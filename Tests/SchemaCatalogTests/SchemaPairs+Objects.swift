extension SchemaPair {
    static let constraints: [SchemaPair] = [
        SchemaPair(
            "primary keys", common: "CREATE TABLE t (a int NOT NULL, b int NOT NULL)",
            "ALTER TABLE t ADD PRIMARY KEY (a)", "ALTER TABLE t ADD PRIMARY KEY (a, b)"),
        SchemaPair(
            "constraint and index of one name", common: "CREATE TABLE t (a int, b int)",
            "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)", "CREATE UNIQUE INDEX k ON t(a)"),
        SchemaPair(
            "unique: include, deferrable, nulls not distinct",
            common: "CREATE TABLE t (a int, b int)", "",
            """
            ALTER TABLE t ADD CONSTRAINT x UNIQUE (a) INCLUDE (b),
              ADD CONSTRAINT y UNIQUE (b) DEFERRABLE INITIALLY DEFERRED,
              ADD CONSTRAINT z UNIQUE NULLS NOT DISTINCT (a, b);
            """),
        SchemaPair(
            "foreign key actions", common: "CREATE TABLE p (a int, b int, UNIQUE (a, b))",
            "CREATE TABLE c (a int, b int, FOREIGN KEY (a, b) REFERENCES p(a, b) ON DELETE CASCADE)",
            """
            CREATE TABLE c (a int, b int, FOREIGN KEY (a, b) REFERENCES p(a, b) MATCH FULL
              ON UPDATE CASCADE ON DELETE SET NULL, x int, y int,
              FOREIGN KEY (x, y) REFERENCES p(a, b) ON DELETE SET NULL (x));
            """),
        SchemaPair(
            "not valid", common: "CREATE TABLE t (a int); CREATE TABLE p (a int PRIMARY KEY)",
            """
            ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID,
              ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p(a) NOT VALID
            """,
            """
            ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0),
              ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p(a)
            """),
        SchemaPair(
            "a new table with a constraint that is not valid", "",
            """
            CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID
            """),
        SchemaPair(
            "exclusion", common: "CREATE EXTENSION btree_gist",
            "CREATE TABLE r (room int, during tsrange)",
            """
            CREATE TABLE r (room int, during tsrange,
              EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0));
            """),
        SchemaPair(
            "key types of both sides",
            """
            CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p(id), q int);
            CREATE INDEX ON c(p);
            """,
            """
            CREATE TABLE p (id text PRIMARY KEY); CREATE TABLE c (p text REFERENCES p(id), q int);
            CREATE INDEX ON c(p);
            """),
        SchemaPair(
            "check with a function of the table", "",
            """
            CREATE TABLE t (a int);
            CREATE FUNCTION ok(t) RETURNS boolean LANGUAGE sql AS 'SELECT $1.a > 0';
            ALTER TABLE t ADD CONSTRAINT c CHECK (ok(t.*));
            """),
    ]

    static let indexes: [SchemaPair] = [
        SchemaPair(
            "indexes of every kind",
            common: """
                CREATE EXTENSION pg_trgm; CREATE TABLE t (a int, b text, c jsonb, d text[], e tsvector)
                """, "",
            """
            CREATE INDEX i1 ON t(a DESC, b NULLS FIRST);
            CREATE INDEX i2 ON t USING hash (b);
            CREATE INDEX i3 ON t USING gin (c jsonb_path_ops);
            CREATE INDEX i4 ON t USING gin (b gin_trgm_ops);
            CREATE INDEX i5 ON t(lower(b), (a + 1)) WHERE a > 3 AND b <> 'it''s';
            CREATE UNIQUE INDEX i6 ON t(a) INCLUDE (b) WITH (fillfactor = 50);
            CREATE INDEX i7 ON t USING brin (a) WITH (pages_per_range = 4);
            CREATE INDEX i8 ON t(b COLLATE "C" text_pattern_ops);
            CREATE UNIQUE INDEX i9 ON t(b) NULLS NOT DISTINCT;
            CREATE INDEX i10 ON t USING gist (e);
            """),
        SchemaPair(
            "the same index over other columns", common: "CREATE TABLE t (a int, b int)",
            "CREATE INDEX i ON t(a)", "CREATE UNIQUE INDEX i ON t(b, a)"),
        SchemaPair(
            "column of an expression index changes type",
            "CREATE TABLE t (a int); CREATE INDEX i ON t((a + 1)) WHERE a > 2",
            "CREATE TABLE t (a bigint); CREATE INDEX i ON t((a + 1)) WHERE a > 2"),
        SchemaPair(
            "statistics", common: "CREATE TABLE t (a int, b int)", "",
            """
            CREATE STATISTICS s (dependencies) ON a, b FROM t; ALTER STATISTICS s SET STATISTICS 50;
            """),
    ]

    static let types: [SchemaPair] = [
        SchemaPair("enum", "", "CREATE TYPE e AS ENUM ('a', 'it''s'); CREATE TABLE t (e e, f e[])"),
        SchemaPair(
            "enum values with a default and a partial index",
            """
            CREATE TYPE "E" AS ENUM ('A', 'B', 'C');
            CREATE TABLE t (e "E" NOT NULL DEFAULT 'A', f "E"[] DEFAULT ARRAY['A']::"E"[]);
            CREATE INDEX i ON t(e) WHERE e = 'A';
            """,
            """
            CREATE TYPE "E" AS ENUM ('A', 'B');
            CREATE TABLE t (e "E" NOT NULL DEFAULT 'A', f "E"[] DEFAULT ARRAY['A']::"E"[]);
            CREATE INDEX i ON t(e) WHERE e = 'A';
            """),
        SchemaPair(
            "enum value that is the new default",
            "CREATE TYPE e AS ENUM ('A'); CREATE TABLE t (e e DEFAULT 'A')",
            "CREATE TYPE e AS ENUM ('Z', 'A', 'B'); CREATE TABLE t (e e DEFAULT 'B')"),
        SchemaPair(
            "enum with view, function, check, generated column, policy and trigger",
            """
            CREATE TYPE e AS ENUM ('A', 'B', 'C'); \(enumUsers)
            """,
            """
            CREATE TYPE e AS ENUM ('A', 'B'); \(enumUsers)
            """),
        SchemaPair(
            "column from enum to text",
            "CREATE TYPE e AS ENUM ('A'); "
                + "CREATE TABLE t (e e NOT NULL DEFAULT 'A')",
            "CREATE TABLE t (e text NOT NULL DEFAULT 'A')"),
        SchemaPair(
            "domain", "",
            """
            CREATE DOMAIN email AS text COLLATE "C" NOT NULL DEFAULT 'x@y'
              CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
            CREATE TABLE t (e email);
            """),
        SchemaPair(
            "domain parts", "CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TABLE t (d d)",
            "CREATE DOMAIN d AS int DEFAULT 4 NOT NULL CONSTRAINT c CHECK (VALUE > 1); "
                + "CREATE TABLE t (d d)"),
        SchemaPair(
            "domain base type", "CREATE DOMAIN d AS int; CREATE TABLE t (d d)",
            "CREATE DOMAIN d AS bigint; CREATE TABLE t (d d)"),
        SchemaPair(
            "composite", "CREATE TYPE c AS (a int, b text)",
            "CREATE TYPE c AS (a bigint, z text COLLATE \"C\")"),
        SchemaPair(
            "range", "",
            """
            CREATE TYPE r AS RANGE (subtype = float8, subtype_diff = float8mi,
              multirange_type_name = mr);
            CREATE TABLE t (r r, m mr);
            """),
        SchemaPair(
            "sequence", "CREATE SEQUENCE s",
            """
            CREATE SEQUENCE s AS integer INCREMENT 5 MINVALUE 2 MAXVALUE 100 START 7 CACHE 3 CYCLE
            """),
        SchemaPair(
            "sequence ownership", common: "CREATE TABLE t (a int); CREATE SEQUENCE s", "",
            "ALTER SEQUENCE s OWNED BY t.a; ALTER TABLE t ALTER a SET DEFAULT nextval('s')"),
        SchemaPair(
            "sequence outlives its owner", "CREATE TABLE t (a serial, b int)",
            "CREATE TABLE t (b int); CREATE SEQUENCE t_a_seq AS integer"),
        SchemaPair(
            "extension with columns of its type", "CREATE TABLE t (a text)",
            "CREATE EXTENSION citext; CREATE TABLE t (a citext, b citext[])"),
    ]

    private static let enumUsers = """
        CREATE TABLE t (e e DEFAULT 'A', CHECK (e <> 'A' OR e IS NULL),
          g boolean GENERATED ALWAYS AS (e = 'B') STORED);
        CREATE VIEW v AS SELECT * FROM t WHERE e = 'B';
        COMMENT ON VIEW v IS 'kept'; COMMENT ON COLUMN v.e IS 'kept too';
        CREATE VIEW w AS SELECT e FROM v;
        CREATE FUNCTION f(e) RETURNS e LANGUAGE sql AS 'SELECT $1';
        CREATE POLICY p ON t USING (e = 'A');
        CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TRIGGER tr BEFORE UPDATE OF e ON t FOR EACH ROW WHEN (NEW.e = 'A')
          EXECUTE FUNCTION tf();
        """

    static let code: [SchemaPair] = [
        SchemaPair(
            "views upon views", common: "CREATE TABLE t (a int, b text)", "",
            """
            CREATE VIEW z AS SELECT a, b FROM t WHERE b ~ 'x+';
            CREATE VIEW a WITH (security_barrier) AS SELECT z.a AS "The A", t.b FROM z JOIN t USING (a);
            CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM a WITH NO DATA;
            CREATE UNIQUE INDEX mi ON m(n);
            """),
        SchemaPair(
            "view under which a column changes",
            "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t",
            "CREATE TABLE t (a text); CREATE VIEW v AS SELECT a FROM t"),
        SchemaPair(
            "functions", "",
            """
            CREATE FUNCTION add(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE STRICT
              PARALLEL SAFE AS $$ SELECT a + b $$;
            CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS $$ SELECT add($1, $1) $$;
            CREATE FUNCTION aaa() RETURNS int LANGUAGE sql AS $$ SELECT twice(2) $$;
            CREATE FUNCTION body(x int) RETURNS int BEGIN ATOMIC SELECT add(x); END;
            CREATE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS $$ BEGIN a := a + 1; END $$;
            CREATE FUNCTION tab() RETURNS TABLE (x int, y text) SECURITY DEFINER
              SET search_path = public LANGUAGE plpgsql AS $f$ BEGIN RETURN; END $f$;
            CREATE AGGREGATE total(int) (SFUNC = add, STYPE = int, INITCOND = '0');
            CREATE TABLE t (a int DEFAULT add(1, 2), CHECK (add(a) > 0));
            """),
        SchemaPair(
            "function body",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                + "CREATE VIEW v AS SELECT f()",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'; "
                + "CREATE VIEW v AS SELECT f()"),
        SchemaPair(
            "function result",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                + "CREATE TABLE t (a int DEFAULT f()); CREATE VIEW v AS SELECT f()",
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$; "
                + "CREATE TABLE t (a int DEFAULT f()::int); CREATE VIEW v AS SELECT f()"),
        SchemaPair(
            "triggers",
            common: """
                CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t;
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                """, "",
            """
            CREATE TRIGGER a BEFORE INSERT OR UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a > 1)
              EXECUTE FUNCTION f('x', 'y');
            CREATE TRIGGER b AFTER DELETE ON t REFERENCING OLD TABLE AS old EXECUTE FUNCTION f();
            CREATE CONSTRAINT TRIGGER c AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION f();
            CREATE TRIGGER d INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f();
            ALTER TABLE t DISABLE TRIGGER b; ALTER TABLE t ENABLE ALWAYS TRIGGER a;
            """),
        SchemaPair(
            "trigger state",
            common: """
                CREATE TABLE t (a int);
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
                """, "", "ALTER TABLE t DISABLE TRIGGER a"),
        SchemaPair(
            "policies", common: "CREATE TABLE t (a int, who text)", "",
            """
            ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;
            CREATE POLICY own ON t FOR UPDATE TO PUBLIC USING (who = current_user)
              WITH CHECK (a > 0);
            CREATE POLICY less ON t AS RESTRICTIVE FOR SELECT USING (a < 10);
            """),
        SchemaPair(
            "rules", common: "CREATE TABLE t (a int)", "",
            """
            CREATE RULE r AS ON INSERT TO t WHERE NEW.a < 0 DO INSTEAD NOTHING;
            ALTER TABLE t DISABLE RULE r;
            """),
        SchemaPair(
            "comments",
            common: """
                CREATE TABLE t (a int PRIMARY KEY); CREATE INDEX i ON t(a); CREATE TYPE e AS ENUM ('x');
                CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS
                SELECT a FROM t; CREATE SEQUENCE s;
                """, "COMMENT ON TABLE t IS 'old'",
            """
            COMMENT ON TABLE t IS 'it''s \\ new'; COMMENT ON COLUMN t.a IS 'a';
            COMMENT ON INDEX i IS 'i'; COMMENT ON TYPE e IS 'e'; COMMENT ON FUNCTION f(int) IS 'f';
            COMMENT ON VIEW v IS 'v'; COMMENT ON COLUMN v.a IS 'va'; COMMENT ON SEQUENCE s IS 's';
            COMMENT ON CONSTRAINT t_pkey ON t IS 'key'; COMMENT ON SCHEMA public IS 'ours';
            """),
        SchemaPair(
            "grants",
            common: """
                CREATE TABLE t (a int, b int); CREATE SEQUENCE s; CREATE SCHEMA x;
                CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE e AS ENUM ('a');
                """, "GRANT SELECT ON t TO PUBLIC",
            """
            GRANT INSERT, UPDATE ON t TO pg_monitor WITH GRANT OPTION; GRANT SELECT (a) ON t TO PUBLIC;
            GRANT USAGE ON SEQUENCE s TO PUBLIC; GRANT USAGE ON SCHEMA x TO pg_monitor;
            REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC; GRANT USAGE ON TYPE e TO pg_monitor;
            """),
        SchemaPair(
            "publications", common: "CREATE TABLE t (a int PRIMARY KEY, b int)", "",
            """
            CREATE PUBLICATION p FOR TABLE t (a) WHERE (a > 3) WITH (publish = 'insert');
            CREATE PUBLICATION q FOR ALL TABLES; CREATE PUBLICATION r FOR TABLES IN SCHEMA public;
            """),
        SchemaPair(
            "event triggers", "",
            """
            CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
            CREATE EVENT TRIGGER e ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
              EXECUTE FUNCTION et();
            ALTER EVENT TRIGGER e DISABLE;
            """),
        SchemaPair(
            "collations", "",
            """
            CREATE COLLATION c (locale = 'C'); CREATE TABLE t (a text COLLATE c);
            CREATE COLLATION i (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            """),
    ]

    static let partitions: [SchemaPair] = [
        SchemaPair(
            "partitioned table", "",
            """
            CREATE TABLE p (id int, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
            CREATE TABLE pd PARTITION OF p DEFAULT;
            CREATE INDEX pi ON p(at); CREATE UNIQUE INDEX own ON p1(id);
            """),
        SchemaPair(
            "one more partition",
            common: """
                CREATE TABLE o (id int PRIMARY KEY);
                CREATE TABLE p (id int REFERENCES o(id), k text CHECK (k <> ''), UNIQUE (k, id))
                  PARTITION BY LIST (k);
                CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('a'); CREATE INDEX pi ON p(id);
                """, "", "CREATE TABLE p2 PARTITION OF p FOR VALUES IN ('b', 'c')"),
        SchemaPair(
            "index and column of a partitioned table",
            common: """
                CREATE TABLE p (id int, k int) PARTITION BY HASH (k);
                CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE p2 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1);
                """, "",
            """
            ALTER TABLE p ADD x text NOT NULL DEFAULT 'x', ADD UNIQUE (k, x); CREATE INDEX pi ON p(x);
            ALTER TABLE p ALTER id TYPE bigint;
            """),
        SchemaPair(
            "type of a partition key",
            "CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE d PARTITION OF p DEFAULT",
            "CREATE TABLE p (id text) PARTITION BY LIST (id); CREATE TABLE d PARTITION OF p DEFAULT"
        ),
        SchemaPair(
            "partition bound", common: "CREATE TABLE p (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2)",
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (5)"),
    ]
}
