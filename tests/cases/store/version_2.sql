-- A database as the first version of the schema left it.
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE deploys (
  sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  stack        TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  kind         TEXT NOT NULL,
  state        TEXT NOT NULL,
  final        INTEGER NOT NULL,
  release      INTEGER NOT NULL,
  former       INTEGER NOT NULL,
  canonical    TEXT NOT NULL,
  source       TEXT NOT NULL,
  services     TEXT NOT NULL,
  start        INTEGER NOT NULL,
  cause        TEXT NOT NULL,
  last_words   TEXT NOT NULL,
  plan         TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  ended_at     INTEGER
) STRICT;
INSERT INTO "deploys" VALUES(1,'d1','shop','deploy','live',1,1,0,'{"services":{}}','{"kind": "deploy", "user": "anna", "working_dir": "/srv/shop", "config_files": ["/srv/shop/compose.yaml"], "environment_files": [], "profiles": [], "variables": {"TAG": "1.2"}}','{"list":[]}',1,'','','',1700000000000000000,1700000000000000005);
INSERT INTO "deploys" VALUES(2,'d2','shop','deploy','live',1,2,1,'{"services":{}}','{"kind": "deploy", "user": "anna", "working_dir": "/srv/shop", "config_files": ["/srv/shop/compose.yaml"], "environment_files": [], "profiles": [], "variables": {"TAG": "1.2"}}','{"list":[]}',1,'','','',1700000000000000001,1700000000000000006);
INSERT INTO "deploys" VALUES(3,'d3','shop','deploy','gating',0,0,2,'{"services":{}}','{"kind": "deploy", "user": "anna", "working_dir": "/srv/shop", "config_files": ["/srv/shop/compose.yaml"], "environment_files": [], "profiles": [], "variables": {"TAG": "1.2"}}','{"list":[]}',1,'','','',1700000000000000002,NULL);
CREATE TABLE facts (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "facts" VALUES('events','1700000000');
INSERT INTO "facts" VALUES('made_with shop','c1 a1 b1 d1'||char(10)||'c2 !7!a2 b2'||char(10)||'c3 ? b3'||char(10)||'c4 - - d4'||char(10)||'c5 !a5'||char(10)||'');
INSERT INTO "facts" VALUES('making shop','shop-web-1 !3!a6 b6 d6'||char(10)||'');
INSERT INTO "facts" VALUES('host_files shop','web a1'||char(10)||'db gone'||char(10)||'');
INSERT INTO "facts" VALUES('made_with gone','c9 a9'||char(10)||'');
INSERT INTO "facts" VALUES('engine_life shop','4f2c-boot');
INSERT INTO "facts" VALUES('own_stops shop','c1 stop 2023-11-14T22:13:20.000000007Z'||char(10)||'c2 restart 2023-11-14T22:13:21.500000000Z'||char(10)||'c3 failure 1970-01-01T00:00:00.000000000Z'||char(10)||'');
INSERT INTO "facts" VALUES('stops_before shop','bot outside'||char(10)||'web rest'||char(10)||'');
INSERT INTO "facts" VALUES('wanted_at shop','db 2023-11-14T22:13:22.000000001Z'||char(10)||'web 2023-11-14T22:13:20.000000007Z'||char(10)||'');
INSERT INTO "facts" VALUES('volumes shop','shop_data kept'||char(10)||'shop_cache anew'||char(10)||'');
INSERT INTO "facts" VALUES('ill_before shop','bot'||char(10)||'worker'||char(10)||'');
INSERT INTO "facts" VALUES('heritage shop','{"places":[{"service":"db","number":1,"mounts":[{"type":"volume","name":"f00d","source":"/var/lib/docker/volumes/f00d/_data","target":"/data","read_write":true},{"type":"bind","name":"","source":"/srv/a b","target":"/with space","read_write":false}]}]}');
INSERT INTO "facts" VALUES('engine_life gone','an-older-boot');
INSERT INTO "facts" VALUES('own_stops gone','c9 stop 2023-11-14T22:13:20.000000007Z'||char(10)||'');
CREATE TABLE job_runs (
  stack        TEXT NOT NULL,
  release      INTEGER NOT NULL,
  service      TEXT NOT NULL,
  container_id TEXT NOT NULL,
  state        TEXT NOT NULL,
  exit_code    INTEGER NOT NULL,
  last_words   TEXT NOT NULL,
  changed_at   INTEGER NOT NULL,
  PRIMARY KEY (stack, release, service),
  FOREIGN KEY (stack, release) REFERENCES releases (stack, number) ON DELETE CASCADE
) STRICT;
INSERT INTO "job_runs" VALUES('shop',2,'migrate','c1','succeeded',0,'',1700000000000000000);
CREATE TABLE journal (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  at        INTEGER NOT NULL,
  stack     TEXT NOT NULL,
  service   TEXT NOT NULL,
  release   INTEGER NOT NULL,
  deploy_id TEXT NOT NULL,
  kind      TEXT NOT NULL,
  text      TEXT NOT NULL
) STRICT;
INSERT INTO "journal" VALUES(1,1700000000000000000,'shop','web',2,'d2','started','its process ended with 0');
INSERT INTO "journal" VALUES(2,1700000000000000000,'shop','web',2,'d2','exited','its process ended with 0');
CREATE TABLE releases (
  stack        TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  number       INTEGER NOT NULL,
  canonical    TEXT NOT NULL,
  images       TEXT NOT NULL,
  fingerprints TEXT NOT NULL,
  source       TEXT NOT NULL,
  copied_from  INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  live_at      INTEGER,
  PRIMARY KEY (stack, number)
) STRICT;
INSERT INTO "releases" VALUES('shop',1,'{"services":{"web":{"image":"nginx"}}}','{"web": {"reference": "nginx", "id": "sha256:01", "digest": ""}}','{"web":{"config":"aa"}}','{"kind": "deploy", "user": "anna", "working_dir": "/srv/shop", "config_files": ["/srv/shop/compose.yaml"], "environment_files": [], "profiles": [], "variables": {"TAG": "1.2"}}',0,1700000000000000001,1700000000000000004);
INSERT INTO "releases" VALUES('shop',2,'{"services":{"web":{"image":"nginx"}}}','{"web": {"reference": "nginx", "id": "sha256:02", "digest": ""}}','{"web":{"config":"aa"}}','{"kind": "deploy", "user": "anna", "working_dir": "/srv/shop", "config_files": ["/srv/shop/compose.yaml"], "environment_files": [], "profiles": [], "variables": {"TAG": "1.2"}}',0,1700000000000000002,1700000000000000005);
CREATE TABLE stacks (
  name             TEXT PRIMARY KEY,
  wish             TEXT NOT NULL,
  current_release  INTEGER NOT NULL,
  release_highest  INTEGER NOT NULL DEFAULT 0,
  stopped_services TEXT NOT NULL,
  ended_services   TEXT NOT NULL,
  working_dir      TEXT NOT NULL,
  config_files     TEXT NOT NULL,
  profiles         TEXT NOT NULL,
  hold_reason      TEXT NOT NULL
) STRICT;
INSERT INTO "stacks" VALUES('shop','running',2,2,'{"bot":"person"}','{"list":[]}','/srv/shop','{"list":["/srv/shop/compose.yaml"]}','{"list":[]}','');
CREATE TABLE steps (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  deploy_id TEXT NOT NULL REFERENCES deploys (id) ON DELETE CASCADE,
  text      TEXT NOT NULL,
  begun_at  INTEGER NOT NULL,
  outcome   TEXT NOT NULL DEFAULT '',
  ended_at  INTEGER
) STRICT;
INSERT INTO "steps" VALUES(1,'d2','start web-1',1700000000000000000,'done',1700000000000000001);
CREATE INDEX deploys_of_stack ON deploys (stack, sequence);
CREATE INDEX deploys_unfinished ON deploys (sequence) WHERE final = 0;
CREATE INDEX steps_of_deploy ON steps (deploy_id, id);
CREATE INDEX journal_of_stack ON journal (stack, id);
CREATE INDEX journal_by_time ON journal (at);
PRAGMA user_version = 2;
COMMIT;
ALTER TABLE deploys ADD COLUMN copied_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deploys ADD COLUMN fingerprints TEXT NOT NULL DEFAULT '{}';
