/// What applications other than the corpus have in their histories.
extension SchemaPair {
    static let applications: [SchemaPair] = [
        SchemaPair(
            "audit triggers by a function, as logged tables have them",
            common: """
                CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric(12,2), at timestamptz);
                """, "",
            """
            CREATE SCHEMA audit;
            CREATE TABLE audit.log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              relation regclass NOT NULL, old jsonb, new jsonb, at timestamptz DEFAULT now());
            CREATE FUNCTION audit.write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
              SET search_path = '' AS $$ BEGIN
                INSERT INTO audit.log (relation, old, new) VALUES (TG_RELID, to_jsonb(OLD), to_jsonb(NEW));
                RETURN NULL; END $$;
            CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON orders
              FOR EACH ROW EXECUTE FUNCTION audit.write();
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at = now();
              RETURN NEW; END $$;
            CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW
              WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
            COMMENT ON TRIGGER touched ON orders IS 'keeps at';
            ALTER TABLE orders DISABLE TRIGGER audited;
            """),
        SchemaPair(
            "full text search",
            common: "CREATE TABLE docs (id int PRIMARY KEY, title text, body text)", "",
            """
            ALTER TABLE docs ADD search tsvector GENERATED ALWAYS AS
              (setweight(to_tsvector('english', coalesce(title, '')), 'A') ||
               setweight(to_tsvector('english', coalesce(body, '')), 'B')) STORED;
            CREATE INDEX docs_search ON docs USING gin (search);
            CREATE FUNCTION find(q text) RETURNS SETOF docs LANGUAGE sql STABLE
              AS $$ SELECT * FROM docs WHERE search @@ websearch_to_tsquery('english', q) $$;
            """),
        SchemaPair(
            "case-insensitive text", common: "CREATE EXTENSION citext", "",
            """
            CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email citext NOT NULL
              UNIQUE CHECK (email ~ '^[^@]+@[^@]+$'), tags citext[] DEFAULT '{}');
            CREATE INDEX ON users (lower(email::text));
            CREATE DOMAIN mail AS citext CHECK (VALUE ~ '@');
            CREATE TABLE mails (m mail PRIMARY KEY);
            """),
        SchemaPair(
            "text becomes citext", common: "CREATE EXTENSION citext",
            "CREATE TABLE u (email text NOT NULL DEFAULT 'x', UNIQUE (email)); CREATE VIEW v AS SELECT email FROM u",
            "CREATE TABLE u (email citext NOT NULL DEFAULT 'x', UNIQUE (email)); CREATE VIEW v AS SELECT email FROM u"
        ),
        SchemaPair(
            "an extension with what needs it", "CREATE TABLE t (a text)",
            """
            CREATE EXTENSION pg_trgm; CREATE EXTENSION hstore; CREATE EXTENSION btree_gist;
            CREATE TABLE t (a text, h hstore DEFAULT ''::hstore, during tstzrange, room int,
              EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0));
            CREATE INDEX ta ON t USING gin (a gin_trgm_ops);
            CREATE INDEX th ON t USING gist (h);
            CREATE INDEX tg ON t USING gist (a gist_trgm_ops (siglen = 32));
            """),
        SchemaPair(
            "an extension in a schema of its own", "",
            """
            CREATE SCHEMA extensions; CREATE EXTENSION "uuid-ossp" SCHEMA extensions;
            CREATE TABLE t (id uuid PRIMARY KEY DEFAULT extensions.uuid_generate_v4());
            """),
        SchemaPair(
            "exclusion constraints", common: "CREATE TABLE r (a int4range, b point, c text)", "",
            """
            ALTER TABLE r ADD CONSTRAINT x EXCLUDE USING gist (a WITH &&) DEFERRABLE INITIALLY DEFERRED,
              ADD CONSTRAINT y EXCLUDE USING hash (c WITH =) WHERE (c <> ''),
              ADD CONSTRAINT z EXCLUDE (lower(c) COLLATE "C" WITH =);
            COMMENT ON CONSTRAINT x ON r IS 'no overlap'; COMMENT ON INDEX y IS 'an index';
            """),
        SchemaPair(
            "views with dependents, options, defaults and triggers",
            common: "CREATE TABLE t (a int PRIMARY KEY, b text, c int)", "",
            """
            CREATE VIEW v WITH (security_barrier) AS SELECT a, b FROM t WHERE c > 0 WITH LOCAL CHECK OPTION;
            CREATE VIEW vv WITH (security_invoker = true) AS SELECT v.a, upper(v.b) AS b FROM v;
            ALTER VIEW v ALTER a SET DEFAULT 7;
            CREATE MATERIALIZED VIEW mv WITH (fillfactor = 70) AS SELECT b, count(*) AS n FROM vv GROUP BY b;
            CREATE UNIQUE INDEX mvi ON mv (b); CREATE INDEX mvn ON mv (n DESC) WHERE n > 1;
            ALTER MATERIALIZED VIEW mv CLUSTER ON mvi;
            ALTER MATERIALIZED VIEW mv ALTER n SET STATISTICS 300;
            CREATE FUNCTION ins() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
            CREATE TRIGGER i INSTEAD OF INSERT ON vv FOR EACH ROW EXECUTE FUNCTION ins();
            GRANT SELECT ON mv TO PUBLIC; COMMENT ON MATERIALIZED VIEW mv IS 'sums';
            COMMENT ON COLUMN mv.n IS 'how many'; GRANT SELECT (a) ON v TO pg_monitor;
            """),
        SchemaPair(
            "a column under views", common: "",
            """
            CREATE TABLE t (a int PRIMARY KEY, b text);
            CREATE VIEW v AS SELECT a, b FROM t; CREATE VIEW w AS SELECT * FROM v;
            CREATE MATERIALIZED VIEW m AS SELECT b FROM w; CREATE INDEX mi ON m(b);
            GRANT SELECT ON w TO PUBLIC; COMMENT ON VIEW w IS 'w'; COMMENT ON COLUMN w.b IS 'b';
            CREATE RULE r AS ON DELETE TO w DO INSTEAD NOTHING;
            """,
            """
            CREATE TABLE t (a bigint PRIMARY KEY, b varchar(9));
            CREATE VIEW v AS SELECT a, b FROM t; CREATE VIEW w AS SELECT * FROM v;
            CREATE MATERIALIZED VIEW m AS SELECT b FROM w; CREATE INDEX mi ON m(b);
            GRANT SELECT ON w TO PUBLIC; COMMENT ON VIEW w IS 'w'; COMMENT ON COLUMN w.b IS 'b';
            CREATE RULE r AS ON DELETE TO w DO INSTEAD NOTHING;
            """),
        SchemaPair(
            "row security for tenants", common: "CREATE TABLE t (id int, tenant uuid, who name)",
            "",
            """
            CREATE FUNCTION tenant() RETURNS uuid LANGUAGE sql STABLE
              AS $$ SELECT current_setting('app.tenant', true)::uuid $$;
            ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY tenants ON t USING (tenant = tenant()) WITH CHECK (tenant = tenant());
            CREATE POLICY readers ON t AS RESTRICTIVE FOR SELECT TO pg_monitor, pg_read_all_data
              USING (EXISTS (SELECT 1 FROM t x WHERE x.id = t.id));
            COMMENT ON POLICY tenants ON t IS 'one tenant';
            """),
        SchemaPair(
            "default privileges", "",
            """
            CREATE SCHEMA app;
            ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT, INSERT ON TABLES TO pg_monitor;
            ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO PUBLIC;
            ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
            ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO pg_monitor WITH GRANT OPTION;
            """),
        SchemaPair(
            "default privileges that change",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO pg_read_all_data"),
        SchemaPair(
            "partitions of partitions with own indexes",
            common: """
                CREATE TABLE m (id bigint NOT NULL, at date NOT NULL, kind text, v int)
                  PARTITION BY RANGE (at);
                """, "",
            """
            CREATE TABLE m24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
              PARTITION BY LIST (kind);
            CREATE TABLE m24a PARTITION OF m24 FOR VALUES IN ('a') WITH (fillfactor = 80);
            CREATE TABLE m24d PARTITION OF m24 DEFAULT;
            CREATE INDEX mi ON m (v); CREATE INDEX own ON m24a (id); ALTER TABLE m24a ADD CHECK (v > 0);
            ALTER TABLE m ADD CONSTRAINT mk UNIQUE (id, at, kind);
            CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
            CREATE TRIGGER mt AFTER INSERT ON m FOR EACH ROW EXECUTE FUNCTION tf();
            ALTER TABLE m24a ALTER v SET DEFAULT 3; ALTER TABLE m24a ALTER v SET NOT NULL;
            COMMENT ON TABLE m24a IS 'a'; GRANT SELECT ON m24a TO PUBLIC;
            """),
        SchemaPair(
            "a partition leaves",
            common: """
                CREATE TABLE p (id int, k text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
                CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
                CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
                CREATE INDEX pk ON p (k);
                """, "", "ALTER TABLE p DETACH PARTITION p2"),
        SchemaPair(
            "foreign keys to and from partitions",
            common: """
                CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
                CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
                CREATE TABLE o (id int PRIMARY KEY, p int);
                """, "",
            """
            ALTER TABLE o ADD FOREIGN KEY (p) REFERENCES p(id) ON DELETE CASCADE;
            ALTER TABLE p ADD o int REFERENCES o(id);
            """),
        SchemaPair(
            "a sequence that several use", "",
            """
            CREATE SEQUENCE numbers AS bigint START 1000 INCREMENT 10 MINVALUE 10 MAXVALUE 99999 CACHE 20 CYCLE;
            CREATE TABLE a (n bigint DEFAULT nextval('numbers')); CREATE TABLE b (n bigint NOT NULL
              DEFAULT nextval('numbers'), t text DEFAULT 'N-' || lpad(nextval('numbers')::text, 6, '0'));
            ALTER SEQUENCE numbers OWNED BY a.n; COMMENT ON SEQUENCE numbers IS 'ours';
            GRANT USAGE ON SEQUENCE numbers TO pg_monitor;
            """),
        SchemaPair(
            "constraints in every state",
            common: """
                CREATE TABLE p (a int PRIMARY KEY, b int, UNIQUE (a, b)); CREATE TABLE c (a int, b int, x text);
                """, "",
            """
            ALTER TABLE c ADD CONSTRAINT f1 FOREIGN KEY (a) REFERENCES p NOT VALID,
              ADD CONSTRAINT f2 FOREIGN KEY (a, b) REFERENCES p(a, b) ON DELETE SET NULL (b) ON UPDATE CASCADE,
              ADD CONSTRAINT f3 FOREIGN KEY (b) REFERENCES p(a) DEFERRABLE INITIALLY DEFERRED,
              ADD CONSTRAINT c1 CHECK (x <> '') NOT VALID, ADD CONSTRAINT c2 CHECK (b > 0) NO INHERIT;
            COMMENT ON CONSTRAINT f1 ON c IS 'later';
            """),
        SchemaPair(
            "domains and their constraints", "CREATE DOMAIN pos AS int CHECK (VALUE > 0)",
            """
            CREATE DOMAIN pos AS int DEFAULT 1 NOT NULL CONSTRAINT small CHECK (VALUE < 100)
              CONSTRAINT big CHECK (VALUE > 1);
            CREATE DOMAIN code AS varchar(5) COLLATE "C" CHECK (VALUE ~ '^[A-Z]+$');
            CREATE DOMAIN codes AS code[]; CREATE TABLE t (p pos, c code DEFAULT 'A', cs code[]);
            COMMENT ON DOMAIN pos IS 'positive'; COMMENT ON CONSTRAINT small ON DOMAIN pos IS 'not too big';
            ALTER DOMAIN code ADD CONSTRAINT later CHECK (VALUE <> 'X') NOT VALID;
            """),
        SchemaPair(
            "composite and range types in use", "",
            """
            CREATE TYPE address AS (street text COLLATE "C", zip varchar(10));
            CREATE TYPE person AS (name text, home address, other address[]);
            CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi);
            CREATE TABLE t (a address, p person[], s span, m span_multirange DEFAULT '{}');
            CREATE FUNCTION home(p person) RETURNS address LANGUAGE sql AS $$ SELECT (p).home $$;
            CREATE INDEX ON t (((a).zip)); COMMENT ON TYPE address IS 'where';
            COMMENT ON COLUMN address.zip IS 'code';
            """),
        SchemaPair(
            "an attribute of a type in use",
            "CREATE TYPE a AS (x int); CREATE TABLE t (v a); CREATE VIEW w AS SELECT (v).x FROM t",
            "CREATE TYPE a AS (x int, y text); CREATE TABLE t (v a); CREATE VIEW w AS SELECT (v).x FROM t"
        ),
        SchemaPair(
            "an enum in use everywhere", "",
            """
            CREATE TYPE s AS ENUM ('new', 'old', 'it''s');
            CREATE TABLE t (a s DEFAULT 'new', b s[] DEFAULT '{new,old}'::s[], CHECK (a <> 'old'));
            CREATE INDEX ti ON t (a) WHERE a = 'new'; CREATE VIEW v AS SELECT a FROM t WHERE a > 'new';
            CREATE FUNCTION f(x s DEFAULT 'old') RETURNS s LANGUAGE sql IMMUTABLE AS $$ SELECT x $$;
            CREATE TABLE p (k s, v int) PARTITION BY LIST (k); CREATE TABLE pn PARTITION OF p FOR VALUES IN ('new');
            """),
        SchemaPair(
            "labels of an enum in use everywhere",
            """
            CREATE TYPE s AS ENUM ('new', 'old', 'mid');
            CREATE TABLE t (a s DEFAULT 'new', b s[] DEFAULT '{new,old}'::s[], CHECK (a <> 'old'));
            CREATE INDEX ti ON t (a) WHERE a = 'new'; CREATE VIEW v AS SELECT a FROM t WHERE a > 'new';
            CREATE FUNCTION f(x s) RETURNS s LANGUAGE sql IMMUTABLE AS $$ SELECT x $$;
            CREATE POLICY pol ON t USING (a = 'new');
            """,
            """
            CREATE TYPE s AS ENUM ('new', 'old');
            CREATE TABLE t (a s DEFAULT 'new', b s[] DEFAULT '{new,old}'::s[], CHECK (a <> 'old'));
            CREATE INDEX ti ON t (a) WHERE a = 'new'; CREATE VIEW v AS SELECT a FROM t WHERE a > 'new';
            CREATE FUNCTION f(x s) RETURNS s LANGUAGE sql IMMUTABLE AS $$ SELECT x $$;
            CREATE POLICY pol ON t USING (a = 'new');
            """),
        SchemaPair(
            "routines of every kind", "",
            """
            CREATE FUNCTION f(a int, VARIADIC b text[] DEFAULT '{}') RETURNS text LANGUAGE sql
              IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 5 AS $$ SELECT a::text $$;
            CREATE FUNCTION f(a text) RETURNS text LANGUAGE sql AS $$ SELECT a $$;
            CREATE FUNCTION r(n int) RETURNS TABLE (a int, b text) LANGUAGE plpgsql ROWS 10
              SET work_mem = '1MB' AS $$ BEGIN RETURN QUERY SELECT n, 'x'; END $$;
            CREATE PROCEDURE pr(INOUT x int, y text DEFAULT NULL) LANGUAGE plpgsql AS $$ BEGIN x := 1; END $$;
            CREATE FUNCTION std(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END;
            CREATE FUNCTION two(a int) RETURNS int LANGUAGE sql RETURN std(a) * 2;
            CREATE FUNCTION st(s numeric, v numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT s + v $$;
            CREATE FUNCTION fin(s numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT s::text $$;
            CREATE AGGREGATE total(numeric) (SFUNC = st, STYPE = numeric, FINALFUNC = fin, INITCOND = '0',
              COMBINEFUNC = st, PARALLEL = SAFE);
            COMMENT ON FUNCTION f(int, text[]) IS 'f'; COMMENT ON AGGREGATE total(numeric) IS 'sum';
            COMMENT ON PROCEDURE pr(int, text) IS 'p'; REVOKE EXECUTE ON FUNCTION f(text) FROM PUBLIC;
            GRANT EXECUTE ON PROCEDURE pr(int, text) TO pg_monitor;
            """),
        SchemaPair(
            "functions that need tables that need functions", "",
            """
            CREATE TABLE t (a int); CREATE FUNCTION n(x t) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
            ALTER TABLE t ADD CONSTRAINT c CHECK (n(t) > 0);
            CREATE FUNCTION lst() RETURNS SETOF t LANGUAGE sql AS $$ SELECT * FROM t $$;
            CREATE VIEW v AS SELECT * FROM lst(); CREATE FUNCTION fv() RETURNS SETOF v LANGUAGE sql
              AS $$ SELECT * FROM v $$;
            """),
        SchemaPair(
            "statistics, settings and marks",
            common:
                "CREATE TABLE t (a int NOT NULL, b int, c text); CREATE UNIQUE INDEX tu ON t (a); CREATE INDEX te ON t ((b + 1), (c || 'x'))",
            "",
            """
            CREATE STATISTICS s1 (ndistinct, dependencies) ON a, b FROM t;
            CREATE STATISTICS s2 ON (a % 10), (lower(c)) FROM t; ALTER STATISTICS s1 SET STATISTICS 500;
            COMMENT ON STATISTICS s1 IS 's';
            ALTER TABLE t ALTER a SET STATISTICS 100, ALTER c SET STORAGE MAIN, ALTER c SET COMPRESSION pglz,
              ALTER a SET (n_distinct = -0.5), SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01,
              toast.autovacuum_enabled = off), REPLICA IDENTITY USING INDEX tu, CLUSTER ON te;
            ALTER INDEX te ALTER COLUMN 1 SET STATISTICS 400; ALTER INDEX tu SET (fillfactor = 70);
            """),
        SchemaPair(
            "inheritance in two levels", "CREATE TABLE a (x int)",
            """
            CREATE TABLE a (x int DEFAULT 1, CONSTRAINT ax CHECK (x > 0)); CREATE TABLE b (y text NOT NULL);
            CREATE TABLE c (z int) INHERITS (a, b); CREATE TABLE d () INHERITS (c);
            ALTER TABLE c ALTER x SET DEFAULT 5; CREATE INDEX di ON d (y);
            """),
        SchemaPair(
            "publications",
            common:
                "CREATE SCHEMA s; CREATE TABLE t (a int PRIMARY KEY, b int); CREATE TABLE s.u (a int PRIMARY KEY)",
            "CREATE PUBLICATION p FOR TABLE t",
            """
            CREATE PUBLICATION p FOR TABLE t (a) WHERE (a > 1), s.u WITH (publish_via_partition_root = true);
            COMMENT ON PUBLICATION p IS 'out';
            """),
        SchemaPair(
            "casts, operators and search configurations", "",
            """
            CREATE TYPE money2 AS (units bigint, currency text);
            CREATE FUNCTION as_text(m money2) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (m).currency $$;
            CREATE CAST (money2 AS text) WITH FUNCTION as_text(money2) AS ASSIGNMENT;
            CREATE FUNCTION plus(a money2, b money2) RETURNS money2 LANGUAGE sql IMMUTABLE AS $$ SELECT a $$;
            CREATE OPERATOR + (LEFTARG = money2, RIGHTARG = money2, FUNCTION = plus, COMMUTATOR = +);
            CREATE TEXT SEARCH DICTIONARY mine (TEMPLATE = snowball, LANGUAGE = english);
            CREATE TEXT SEARCH CONFIGURATION conf (COPY = simple);
            ALTER TEXT SEARCH CONFIGURATION conf ALTER MAPPING FOR word, asciiword WITH mine, simple;
            CREATE TABLE d (t text, v tsvector GENERATED ALWAYS AS (to_tsvector('conf', t)) STORED);
            """),
        SchemaPair(
            "foreign tables", "",
            """
            CREATE EXTENSION postgres_fdw;
            CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'x', dbname 'y');
            CREATE FOREIGN TABLE ft (id int OPTIONS (column_name 'ID') NOT NULL, t text) SERVER far
              OPTIONS (schema_name 'public', table_name 'ft');
            """),
        SchemaPair(
            "names of indexes and constraints",
            common: "CREATE TABLE p (a int PRIMARY KEY)",
            """
            CREATE TABLE t (a int CONSTRAINT old_pk PRIMARY KEY, b int CONSTRAINT old_fk REFERENCES p,
              c int CONSTRAINT old_check CHECK (c > 0), CONSTRAINT old_key UNIQUE (b));
            CREATE INDEX old_index ON t (c); CREATE UNIQUE INDEX old_unique ON t (a, c);
            CREATE TABLE r (t int REFERENCES t(b)); ALTER TABLE t CLUSTER ON old_index;
            COMMENT ON INDEX old_index IS 'i'; COMMENT ON CONSTRAINT old_key ON t IS 'k';
            """,
            """
            CREATE TABLE t (a int CONSTRAINT new_pk PRIMARY KEY, b int CONSTRAINT new_fk REFERENCES p,
              c int CONSTRAINT new_check CHECK (c > 0), CONSTRAINT new_key UNIQUE (b));
            CREATE INDEX new_index ON t (c); CREATE UNIQUE INDEX new_unique ON t (a, c);
            CREATE TABLE r (t int REFERENCES t(b)); ALTER TABLE t CLUSTER ON new_index;
            COMMENT ON INDEX new_index IS 'i'; COMMENT ON CONSTRAINT new_key ON t IS 'k';
            """),
        SchemaPair(
            "the state of a trigger on a partition",
            common: """
                CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                CREATE TABLE m (id int) PARTITION BY LIST (id); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
                CREATE TRIGGER mt AFTER INSERT ON m FOR EACH ROW EXECUTE FUNCTION tf();
                """, "", "ALTER TABLE m1 DISABLE TRIGGER mt"),
        SchemaPair(
            "names that only quotes hold", "",
            """
            CREATE TABLE "User" ("Id" int PRIMARY KEY, "order" int, "my col" text DEFAULT 'a"b');
            CREATE TYPE "Role" AS ENUM ('ADMIN', 'user role'); ALTER TABLE "User" ADD "Role" "Role" DEFAULT 'ADMIN';
            CREATE FUNCTION "Do It"("X" int) RETURNS int LANGUAGE sql AS $$ SELECT "X" $$;
            CREATE VIEW "User View" AS SELECT "Id", "my col" FROM "User" WHERE "order" > 0;
            CREATE TRIGGER "T r" BEFORE UPDATE OF "my col" ON "User" FOR EACH ROW EXECUTE FUNCTION
              suppress_redundant_updates_trigger();
            COMMENT ON COLUMN "User"."my col" IS 'it''s'; GRANT SELECT ("my col") ON "User" TO PUBLIC;
            CREATE SEQUENCE "Seq 1"; CREATE STATISTICS "St 1" ON "Id", "order" FROM "User";
            """),
    ]
}
