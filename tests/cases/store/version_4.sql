-- A database as the fourth version of the schema left it.
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE anonymous_volumes (
  stack      TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  service    TEXT NOT NULL,
  number     INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  type       TEXT NOT NULL,
  name       TEXT NOT NULL,
  source     TEXT NOT NULL,
  target     TEXT NOT NULL,
  read_write INTEGER NOT NULL,
  PRIMARY KEY (stack, service, number, position)
) STRICT;
INSERT INTO "anonymous_volumes" VALUES('shop','db',1,0,'volume','f00d','/var/lib/docker/volumes/f00d/_data','/data',1);
INSERT INTO "anonymous_volumes" VALUES('shop','db',1,1,'bind','','/srv/a b','/with space',0);
CREATE TABLE boot_ids (
  stack   TEXT PRIMARY KEY REFERENCES stacks (name) ON DELETE CASCADE,
  boot_id TEXT NOT NULL
) STRICT;
INSERT INTO "boot_ids" VALUES('shop','4f2c-boot');
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
, copied_from INTEGER NOT NULL DEFAULT 0, fingerprints TEXT NOT NULL DEFAULT '{}') STRICT;
INSERT INTO "deploys" VALUES(1,'d1','shop','deploy','live',1,1,0,'{"services":{}}','{"kind": "deploy", "user": "anna", "working_dir": "/srv/shop", "config_files": ["/srv/shop/compose.yaml"], "environment_files": [], "profiles": [], "variables": {"TAG": "1.2"}}','{"list":[]}',1,'','','',1700000000000000000,1700000000000000005,0,'{}');
INSERT INTO "deploys" VALUES(2,'d2','shop','deploy','live',1,2,1,'{"services":{}}','{"kind": "deploy", "user": "anna", "working_dir": "/srv/shop", "config_files": ["/srv/shop/compose.yaml"], "environment_files": [], "profiles": [], "variables": {"TAG": "1.2"}}','{"list":[]}',1,'','','',1700000000000000001,1700000000000000006,0,'{}');
INSERT INTO "deploys" VALUES(3,'d3','shop','deploy','gating',0,0,2,'{"services":{}}','{"kind": "deploy", "user": "anna", "working_dir": "/srv/shop", "config_files": ["/srv/shop/compose.yaml"], "environment_files": [], "profiles": [], "variables": {"TAG": "1.2"}}','{"list":[]}',1,'','','',1700000000000000002,NULL,0,'{}');
CREATE TABLE gate_stops (
  stack   TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  service TEXT NOT NULL,
  stop    TEXT NOT NULL,
  PRIMARY KEY (stack, service)
) STRICT;
INSERT INTO "gate_stops" VALUES('shop','bot','outside');
INSERT INTO "gate_stops" VALUES('shop','web','rest');
CREATE TABLE host_files (
  stack       TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  service     TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (stack, service)
) STRICT;
INSERT INTO "host_files" VALUES('shop','web','a1');
INSERT INTO "host_files" VALUES('shop','db','gone');
CREATE TABLE ill_services (
  stack   TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  service TEXT NOT NULL,
  PRIMARY KEY (stack, service)
) STRICT;
INSERT INTO "ill_services" VALUES('shop','bot');
INSERT INTO "ill_services" VALUES('shop','worker');
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
CREATE TABLE made_with (
  stack     TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  container TEXT NOT NULL,
  is_made   INTEGER NOT NULL,
  files     TEXT NOT NULL,
  kept      INTEGER NOT NULL,
  alone     TEXT NOT NULL,
  contents  TEXT NOT NULL,
  kept_of   INTEGER NOT NULL,
  in_doubt  INTEGER NOT NULL,
  PRIMARY KEY (stack, container)
) STRICT;
INSERT INTO "made_with" VALUES('shop','c1',1,'a1',0,'b1','d1',0,0);
INSERT INTO "made_with" VALUES('shop','c2',1,'a2',1,'b2','',7,0);
INSERT INTO "made_with" VALUES('shop','c3',1,'',0,'b3','',0,1);
INSERT INTO "made_with" VALUES('shop','c4',1,'',0,'','d4',0,0);
INSERT INTO "made_with" VALUES('shop','c5',1,'a5',1,'','',0,0);
INSERT INTO "made_with" VALUES('shop','shop-web-1',0,'a6',1,'b6','d6',3,0);
CREATE TABLE own_stops (
  stack          TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  container_id   TEXT NOT NULL,
  purpose        TEXT NOT NULL,
  run_started_at INTEGER NOT NULL,
  PRIMARY KEY (stack, container_id)
) STRICT;
INSERT INTO "own_stops" VALUES('shop','c1','leave_down',1700000000000000007);
INSERT INTO "own_stops" VALUES('shop','c2','restart',1700000001500000000);
INSERT INTO "own_stops" VALUES('shop','c3','restart_of_a_failure',0);
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
CREATE TABLE volumes (
  stack    TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  name     TEXT NOT NULL,
  contents TEXT NOT NULL,
  PRIMARY KEY (stack, name)
) STRICT;
INSERT INTO "volumes" VALUES('shop','shop_data','kept');
INSERT INTO "volumes" VALUES('shop','shop_cache','made_anew');
CREATE TABLE wanted (
  stack   TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  service TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (stack, service)
) STRICT;
INSERT INTO "wanted" VALUES('shop','db',1700000002000000001);
INSERT INTO "wanted" VALUES('shop','web',1700000000000000007);
CREATE INDEX deploys_of_stack ON deploys (stack, sequence);
CREATE INDEX deploys_unfinished ON deploys (sequence) WHERE final = 0;
CREATE INDEX steps_of_deploy ON steps (deploy_id, id);
CREATE INDEX journal_of_stack ON journal (stack, id);
CREATE INDEX journal_by_time ON journal (at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('deploys',3);
INSERT INTO "sqlite_sequence" VALUES('journal',2);
INSERT INTO "sqlite_sequence" VALUES('steps',1);
CREATE TABLE restarts (
  stack          TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  container_id   TEXT NOT NULL,
  service        TEXT NOT NULL,
  run_started_at INTEGER NOT NULL,
  PRIMARY KEY (stack, container_id, service)
) STRICT;
PRAGMA user_version = 4;
COMMIT;
