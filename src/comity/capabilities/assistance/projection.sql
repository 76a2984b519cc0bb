-- name: create
-- One row for each case.  Times are head times of receipts, unix seconds, UTC.
CREATE TABLE assistance_cases (
    subject BLOB NOT NULL PRIMARY KEY,
    net BLOB,
    requester TEXT,
    addressee TEXT,
    profile TEXT NOT NULL,
    version TEXT NOT NULL,
    phase TEXT NOT NULL,
    shown TEXT NOT NULL,
    outcome TEXT,
    turn TEXT,
    urgency TEXT NOT NULL,
    tlp TEXT NOT NULL,
    reference TEXT NOT NULL,
    summary TEXT NOT NULL,
    opened_at INTEGER,
    changed_at INTEGER,
    requester_due INTEGER,
    requester_duty TEXT,
    addressee_due INTEGER,
    addressee_duty TEXT,
    demo INTEGER NOT NULL
) STRICT, WITHOUT ROWID

-- name: clear
DROP TABLE IF EXISTS assistance_cases

-- name: put
INSERT OR REPLACE INTO assistance_cases VALUES
    (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: list
-- Every case, the one that changed last at the end.
SELECT * FROM assistance_cases ORDER BY changed_at, subject

-- name: one
SELECT * FROM assistance_cases WHERE subject = ?

-- name: by_prefix
-- Cases whose subject begins so (hexadecimal digits); two are enough to know it is not unique.
SELECT subject FROM assistance_cases WHERE lower(hex(subject)) GLOB lower(?) || '*' LIMIT 2

-- name: asked
-- How many requests a party has made.
SELECT count(*) FROM assistance_cases WHERE requester = ?

-- name: open
-- Every case that waits for somebody's word.
SELECT * FROM assistance_cases WHERE turn IS NOT NULL ORDER BY changed_at, subject

-- name: between
-- The rows of some subjects, to compare them with what the log says.
SELECT * FROM assistance_cases WHERE subject > ? AND subject <= ? ORDER BY subject
