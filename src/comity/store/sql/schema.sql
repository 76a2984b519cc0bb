-- name: create
-- The log and what the node holds beside it.  `leaf` is the index in this node's own log.
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE statement (
  leaf INTEGER PRIMARY KEY,
  sid BLOB NOT NULL UNIQUE,
  entry BLOB NOT NULL UNIQUE,
  subject BLOB NOT NULL,
  opening BLOB NOT NULL, -- which statement opened its thread; in an opening, itself
  issuer TEXT NOT NULL,
  kind TEXT NOT NULL,
  ours INTEGER NOT NULL,
  by_node INTEGER NOT NULL,
  prev BLOB,
  claimed_at INTEGER NOT NULL,
  signed BLOB NOT NULL,
  act BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX statement_subject ON statement (subject, leaf);
CREATE INDEX statement_kind ON statement (kind) WHERE kind LIKE 'mechanism.%';
-- An honest node never forks itself (ruling 12).
CREATE UNIQUE INDEX own_chain ON statement (opening, coalesce(prev, x'')) WHERE ours = 1;
CREATE TABLE head (
  size INTEGER PRIMARY KEY,
  root BLOB NOT NULL,
  time INTEGER NOT NULL,
  checkpoint TEXT NOT NULL,
  protected BLOB NOT NULL,
  signature BLOB NOT NULL
) STRICT;
-- First receipts of other parties' logs; our own are derived from our heads.
CREATE TABLE receipt (
  sid BLOB NOT NULL,
  log TEXT NOT NULL,
  size INTEGER NOT NULL,
  time INTEGER NOT NULL,
  receipt BLOB NOT NULL,
  PRIMARY KEY (sid, log)
) WITHOUT ROWID, STRICT;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  peer TEXT NOT NULL,
  sid BLOB NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'due',
  problem TEXT,
  queued_at INTEGER NOT NULL,
  UNIQUE (peer, sid)
) STRICT;
CREATE INDEX outbox_due ON outbox (state, peer, next_at, id);
CREATE TABLE party (
  id TEXT PRIMARY KEY,
  code TEXT UNIQUE,
  card TEXT NOT NULL,
  met_at INTEGER NOT NULL
) STRICT;
CREATE TABLE thread (
  subject BLOB PRIMARY KEY,
  opening BLOB NOT NULL,
  net BLOB,
  capability TEXT NOT NULL,
  seen_due INTEGER -- when this node says `thread.seen`, unix seconds; NULL: it owes none
) WITHOUT ROWID, STRICT;
CREATE INDEX thread_owes ON thread (seen_due) WHERE seen_due IS NOT NULL;
-- What statements cite that is not held, and every party that has cited it, so holds it.
CREATE TABLE missing (
  holder TEXT NOT NULL, sid BLOB NOT NULL, subject BLOB NOT NULL, PRIMARY KEY (holder, sid)
) WITHOUT ROWID, STRICT;
CREATE INDEX missing_sid ON missing (sid);
CREATE INDEX missing_subject ON missing (subject);
CREATE TABLE draft (id TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE manifest (digest BLOB PRIMARY KEY, signed BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE projection (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID, STRICT;
-- As a witness: the newest head of each log that we cosigned.  Compared and replaced in one
-- transaction, before anything is signed.
CREATE TABLE witnessed (
  origin TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  time INTEGER NOT NULL, -- when we took it, unix seconds
  checkpoint TEXT NOT NULL,
  lines TEXT NOT NULL -- our cosignatures; empty between the decision and the signature
) WITHOUT ROWID, STRICT;
-- Signed heads of other parties' logs, whoever showed them.
CREATE TABLE seen_head (
  log TEXT NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  checkpoint TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  linked INTEGER NOT NULL, -- proved to be of one history with the first one that was seen
  receipted INTEGER NOT NULL, -- there is a receipt under it
  asked INTEGER NOT NULL DEFAULT 0, -- how often the log was asked about it
  ask_at INTEGER NOT NULL DEFAULT 0, -- when to ask next, unix seconds
  PRIMARY KEY (log, size)
) STRICT;
CREATE INDEX seen_head_open ON seen_head (log, ask_at) WHERE linked = 0;
CREATE INDEX seen_head_loose ON seen_head (log, linked, size) WHERE receipted = 0;
-- That a head of another log continues an earlier one, as its log has shown.
CREATE TABLE continued (
  log TEXT NOT NULL,
  old INTEGER NOT NULL,
  size INTEGER NOT NULL,
  path BLOB NOT NULL,
  PRIMARY KEY (log, old, size)
) WITHOUT ROWID, STRICT;
-- Cosignatures, of our heads and of others'.  No receipt ever holds one (ruling 10).
CREATE TABLE cosignature (
  log TEXT NOT NULL,
  size INTEGER NOT NULL,
  witness TEXT NOT NULL,
  time INTEGER NOT NULL,
  lines TEXT NOT NULL,
  PRIMARY KEY (log, size, witness)
) STRICT;
-- Proofs that a log has signed two histories.
CREATE TABLE fork (
  digest BLOB PRIMARY KEY, log TEXT NOT NULL, found_at INTEGER NOT NULL, proof BLOB NOT NULL
) WITHOUT ROWID, STRICT;
-- name: later
-- What came after the first release of this schema; an older database gets it when it is opened.
CREATE INDEX IF NOT EXISTS statement_on_keys ON statement (leaf)
  WHERE kind IN ('party.keys', 'key.compromised', 'party.vouch');
CREATE INDEX IF NOT EXISTS receipt_log ON receipt (log, size);
-- How many rows were ever added where none is removed: a row that is taken away is missed.
CREATE TABLE IF NOT EXISTS tally (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID, STRICT;
INSERT OR IGNORE INTO tally VALUES ('head', (SELECT count(*) FROM head));
INSERT OR IGNORE INTO tally VALUES ('receipt', (SELECT count(*) FROM receipt));
INSERT OR IGNORE INTO tally VALUES ('party', (SELECT count(*) FROM party));
INSERT OR IGNORE INTO tally VALUES ('manifest', (SELECT count(*) FROM manifest));
INSERT OR IGNORE INTO tally VALUES ('fork', (SELECT count(*) FROM fork));
CREATE TRIGGER IF NOT EXISTS head_added AFTER INSERT ON head
  BEGIN UPDATE tally SET count = count + 1 WHERE name = 'head'; END;
CREATE TRIGGER IF NOT EXISTS receipt_added AFTER INSERT ON receipt
  BEGIN UPDATE tally SET count = count + 1 WHERE name = 'receipt'; END;
CREATE TRIGGER IF NOT EXISTS party_added AFTER INSERT ON party
  BEGIN UPDATE tally SET count = count + 1 WHERE name = 'party'; END;
CREATE TRIGGER IF NOT EXISTS manifest_added AFTER INSERT ON manifest
  BEGIN UPDATE tally SET count = count + 1 WHERE name = 'manifest'; END;
CREATE TRIGGER IF NOT EXISTS fork_added AFTER INSERT ON fork
  BEGIN UPDATE tally SET count = count + 1 WHERE name = 'fork'; END;
-- Up to which entry of the log a thread has been told within the limits, and what of it.
CREATE TABLE IF NOT EXISTS telling (
  subject BLOB PRIMARY KEY, digest BLOB NOT NULL, leaf INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
-- What could not be told within them: it is in the log, and without effect here.
CREATE TABLE IF NOT EXISTS set_aside (
  sid BLOB PRIMARY KEY, subject BLOB NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX IF NOT EXISTS set_aside_subject ON set_aside (subject);
