-- name: meta
SELECT value FROM meta WHERE key = ?
-- name: set_meta
INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)
-- name: is_made
SELECT count(*) FROM sqlite_schema WHERE name = 'statement'
-- name: begin
BEGIN IMMEDIATE
-- name: commit
COMMIT
-- name: rollback
ROLLBACK
-- name: savepoint
SAVEPOINT job
-- name: keep
RELEASE job
-- name: undo
ROLLBACK TO job

-- name: append
INSERT INTO statement
  (leaf, sid, entry, subject, opening, issuer, kind, ours, by_node, prev, claimed_at,
   signed, act, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
-- name: log_size
SELECT coalesce(max(leaf) + 1, 0) FROM statement
-- name: entries_from
SELECT entry FROM statement WHERE leaf >= ? ORDER BY leaf
-- name: entries_between
SELECT entry FROM statement WHERE leaf >= ? AND leaf < ? ORDER BY leaf
-- name: by_sid
SELECT leaf, signed, subject, issuer, ours, entry, kind FROM statement WHERE sid = ?
-- name: by_entry
SELECT leaf, sid, signed FROM statement WHERE entry = ?
-- name: body
SELECT body, signed FROM statement WHERE sid = ?
-- name: thread_statements
SELECT sid, issuer, act, claimed_at, by_node, leaf, entry FROM statement
WHERE subject = ? ORDER BY leaf
-- name: thread_signed
SELECT sid, signed, body, entry, leaf FROM statement WHERE subject = ? ORDER BY leaf
-- name: thread_sids
SELECT sid FROM statement WHERE subject = ? ORDER BY leaf
-- name: thread_heads
SELECT s.sid, h.size, h.time FROM statement s
JOIN head h ON h.size = (SELECT min(size) FROM head WHERE size > s.leaf) WHERE s.subject = ?
-- name: said_by
SELECT count(*) FROM statement WHERE subject = ? AND issuer = ?
-- name: act
SELECT issuer, subject, act, claimed_at, by_node FROM statement WHERE sid = ?
-- name: all_rows
SELECT leaf, sid, entry, subject, signed, act, body, opening, issuer, kind, ours, by_node, prev,
  claimed_at
FROM statement WHERE leaf >= ? ORDER BY leaf LIMIT ?
-- name: subjects_from
SELECT DISTINCT subject FROM statement WHERE leaf >= ?
-- name: said
SELECT count(*) FROM statement WHERE ours = 1 AND by_node = 0
  AND kind NOT LIKE 'party.%' AND kind NOT LIKE 'log.%' AND kind NOT LIKE 'key.%'
-- name: own_said
SELECT sid, act FROM statement WHERE ours = 1 AND leaf >= ? AND leaf < ? ORDER BY leaf
-- name: subjects
SELECT DISTINCT subject FROM statement ORDER BY subject
-- name: subjects_of
SELECT DISTINCT subject FROM statement WHERE issuer = ?
-- name: subjects_after
SELECT DISTINCT subject FROM statement WHERE subject > ? ORDER BY subject LIMIT ?
-- name: opening_of_kind
SELECT sid, subject FROM statement WHERE kind = ? ORDER BY leaf
-- name: key_words
-- With the receipt of the issuer's own log; of ours there is none, it follows from our heads.
SELECT s.leaf, s.sid, s.issuer, s.signed, s.act, r.receipt
FROM statement s LEFT JOIN receipt r ON r.sid = s.sid AND r.log = s.issuer
WHERE s.kind IN ('party.keys', 'key.compromised', 'party.vouch') ORDER BY s.leaf
-- name: vouches
SELECT issuer, act FROM statement WHERE kind = 'party.vouch' ORDER BY leaf
-- name: own_latest_of_kind
SELECT sid, signed, body, leaf, entry FROM statement WHERE ours = 1 AND kind = ?
ORDER BY leaf DESC LIMIT 1

-- name: add_head
INSERT INTO head (size, root, time, checkpoint, protected, signature) VALUES (?, ?, ?, ?, ?, ?)
-- name: last_head
SELECT size, root, time, checkpoint, protected, signature FROM head ORDER BY size DESC LIMIT 1
-- name: head
SELECT size, root, time, checkpoint, protected, signature FROM head WHERE size = ?
-- name: head_over
SELECT size, root, time, checkpoint, protected, signature FROM head WHERE size > ?
ORDER BY size LIMIT 1
-- name: head_of
SELECT checkpoint FROM head WHERE size = ?
-- name: heads
SELECT size, root, time, checkpoint, protected, signature FROM head WHERE size > ?
ORDER BY size LIMIT ?

-- name: add_receipt
INSERT OR IGNORE INTO receipt (sid, log, size, time, receipt) VALUES (?, ?, ?, ?, ?)
-- name: receipts_of
SELECT log, size, time, receipt FROM receipt WHERE sid = ? ORDER BY log
-- name: newest_receipt_of
SELECT receipt FROM receipt WHERE log = ? ORDER BY size DESC LIMIT 1
-- name: receipts_over
-- In a log the receipts of larger heads are of later entries.
SELECT size, sid, receipt FROM receipt WHERE log = ? AND size > ? ORDER BY size LIMIT ?
-- name: thread_receipts
SELECT r.sid, r.log, r.size, r.time, r.receipt FROM receipt r JOIN statement s ON s.sid = r.sid
WHERE s.subject = ? ORDER BY r.sid, r.log
-- name: receipts_between
SELECT s.leaf, s.entry, s.issuer, s.ours, r.log, r.size, r.time, r.receipt
FROM statement s LEFT JOIN receipt r ON r.sid = s.sid
WHERE s.leaf >= ? AND s.leaf < ? ORDER BY s.leaf, r.log

-- name: queue
INSERT INTO outbox (peer, sid, queued_at) VALUES (?, ?, ?)
ON CONFLICT (peer, sid) DO UPDATE SET state = 'due', attempts = 0, next_at = 0
-- name: queue_once
INSERT OR IGNORE INTO outbox (peer, sid, queued_at) VALUES (?, ?, ?)
-- name: outbox_peers
SELECT DISTINCT peer FROM outbox WHERE state = 'due' ORDER BY peer
-- name: outbox_due
-- Nothing leaves before the head over it is signed and stored (ruling 11).
SELECT o.sid, o.peer, o.attempts FROM outbox o JOIN statement s ON s.sid = o.sid
WHERE o.state = 'due' AND o.peer = ? AND o.next_at <= ?
  AND s.leaf < (SELECT coalesce(max(size), 0) FROM head)
-- What is said of keys goes first: without it the rest is not understood.
ORDER BY s.kind NOT IN ('party.keys', 'key.compromised', 'party.vouch'), o.id LIMIT ?
-- name: outbox_next
SELECT min(o.next_at) FROM outbox o JOIN statement s ON s.sid = o.sid
WHERE o.state = 'due' AND o.peer = ? AND s.leaf < (SELECT coalesce(max(size), 0) FROM head)
-- name: outbox_done
DELETE FROM outbox WHERE peer = ? AND sid = ?
-- name: outbox_postpone
UPDATE outbox SET attempts = attempts + 1, next_at = ?, problem = ? WHERE peer = ? AND sid = ?
-- name: outbox_again
UPDATE outbox SET state = 'due', attempts = 0, next_at = 0 WHERE peer = ? AND sid = ?
-- name: outbox_refused
UPDATE outbox SET state = 'refused', problem = ? WHERE peer = ? AND sid = ?
-- name: outbox_alive
UPDATE outbox SET next_at = 0 WHERE peer = ? AND state = 'due' AND next_at > 0
-- name: outbox_counts
SELECT state, count(*), min(queued_at) FROM outbox GROUP BY state
-- name: outbox_of
SELECT peer, state, attempts, problem FROM outbox WHERE sid = ? ORDER BY peer

-- name: add_party
INSERT INTO party (id, code, card, met_at) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET code = excluded.code, card = excluded.card
-- name: parties
SELECT id, code, card, met_at FROM party ORDER BY id
-- name: party
SELECT id, code, card, met_at FROM party WHERE id = ?
-- name: any_party_digest
SELECT 1 FROM meta WHERE key LIKE 'party/%' LIMIT 1
-- name: party_count
SELECT count(*) FROM party

-- name: put_thread
-- Who keeps talking does not put off what is owed: the first time stands until it is paid.
INSERT INTO thread (subject, opening, net, capability, seen_due) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (subject) DO UPDATE SET opening = excluded.opening, net = excluded.net,
  capability = excluded.capability,
  seen_due = iif(excluded.seen_due IS NULL, NULL, coalesce(thread.seen_due, excluded.seen_due))
-- name: thread
SELECT opening, net, capability, seen_due FROM thread WHERE subject = ?
-- name: threads_like
SELECT subject FROM thread WHERE subject >= ? AND subject <= ? AND capability = ? LIMIT 2
-- name: threads_of
SELECT subject, opening, net FROM thread WHERE capability = ? ORDER BY subject
-- name: owing
SELECT subject FROM thread WHERE seen_due <= ? ORDER BY seen_due LIMIT 200
-- name: put_off_seen
UPDATE thread SET seen_due = ? WHERE subject = ?
-- name: clear_threads
DELETE FROM thread
-- name: split_threads
-- Threads in which a party said two things at one place, whatever else tells them apart.
SELECT DISTINCT s.subject FROM statement s JOIN thread t ON t.subject = s.subject
GROUP BY s.subject, s.issuer, s.prev HAVING count(*) > 1 ORDER BY s.subject
-- name: put_missing
INSERT OR IGNORE INTO missing (sid, holder, subject)
SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM statement WHERE sid = ?1)
-- name: clear_missing
DELETE FROM missing WHERE subject = ?
-- name: clear_all_missing
DELETE FROM missing
-- name: wish
INSERT OR IGNORE INTO missing (sid, holder, subject)
SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM statement WHERE sid = ?1)
  AND (SELECT count(*) FROM missing WHERE holder = ?2) < 256
-- name: is_missing
SELECT count(*) FROM missing WHERE sid = ?
-- name: missing
-- Of each holder a few by lot: nobody crowds out what others cite, and nobody is asked in vain
-- for ever for what another holds.
SELECT sid, holder FROM (
  SELECT sid, holder, row_number() OVER (PARTITION BY holder ORDER BY random()) AS place
  FROM missing
) WHERE place <= ? ORDER BY place, random()

-- name: telling
SELECT digest, leaf FROM telling WHERE subject = ?
-- name: put_telling
INSERT OR REPLACE INTO telling (subject, digest, leaf) VALUES (?, ?, ?)
-- name: clear_tellings
DELETE FROM telling
-- name: set_aside
INSERT OR IGNORE INTO set_aside (sid, subject, why, at) VALUES (?, ?, ?, ?)
-- name: set_aside_of
SELECT sid, why FROM set_aside WHERE subject = ? ORDER BY sid
-- name: all_set_aside
SELECT sid, subject, why FROM set_aside ORDER BY at, sid
-- name: clear_set_aside
DELETE FROM set_aside

-- name: put_draft
INSERT OR REPLACE INTO draft (id, content) VALUES (?, ?)
-- name: drafts
SELECT id, content FROM draft ORDER BY id
-- name: drop_draft
DELETE FROM draft WHERE id = ?
-- name: manifest
SELECT signed FROM manifest WHERE digest = ?
-- name: put_manifest
INSERT OR IGNORE INTO manifest (digest, signed) VALUES (?, ?)
-- name: projection_version
SELECT version FROM projection WHERE name = ?
-- name: set_projection
INSERT OR REPLACE INTO projection (name, version) VALUES (?, ?)
-- name: witnessed
SELECT size, root, checkpoint, lines FROM witnessed WHERE origin = ?
-- name: put_witnessed
INSERT INTO witnessed (origin, size, root, time, checkpoint, lines) VALUES (?, ?, ?, ?, ?, '')
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root,
  time = excluded.time, checkpoint = excluded.checkpoint,
  lines = iif(size = excluded.size, lines, '')
-- name: sign_witnessed
UPDATE witnessed SET lines = ? WHERE origin = ? AND size = ? AND root = ?
-- name: seen_head
SELECT root, checkpoint, linked, receipted FROM seen_head WHERE log = ? AND size = ?
-- name: see_head
-- The first head of a log is where its history begins for us.
INSERT INTO seen_head (log, size, root, checkpoint, seen_at, linked, receipted)
VALUES (?1, ?2, ?3, ?4, ?5, NOT EXISTS (SELECT 1 FROM seen_head WHERE log = ?1), ?6)
-- name: loose_heads
-- Without a receipt under them: how many are explained, and how many are not.
SELECT count(*) FILTER (WHERE linked = 1), count(*) FILTER (WHERE linked = 0)
FROM seen_head WHERE log = ? AND receipted = 0
-- name: oldest_loose
-- Nothing rests on these: no receipt, no cosignature of an earlier head, not the newest one.
SELECT size FROM seen_head h WHERE log = ?1 AND receipted = 0 AND linked = 1
  AND size < (SELECT max(size) FROM seen_head WHERE log = ?1 AND linked = 1)
  AND NOT EXISTS (SELECT 1 FROM continued k WHERE k.log = ?1 AND k.size = h.size)
ORDER BY size LIMIT ?2
-- name: forget_head
DELETE FROM seen_head WHERE log = ? AND size = ?
-- name: forget_cosignatures
DELETE FROM cosignature WHERE log = ? AND size = ?
-- name: receipt_under
UPDATE seen_head SET receipted = 1 WHERE log = ? AND size = ?
-- name: link_head
UPDATE seen_head SET linked = 1, asked = 0, ask_at = 0 WHERE log = ? AND size = ?
-- name: head_asked
UPDATE seen_head SET asked = asked + 1, ask_at = ? + (1 << min(asked, 11))
WHERE log = ? AND size = ?
-- name: trunk
SELECT size, root, checkpoint FROM seen_head WHERE log = ? AND linked = 1
ORDER BY size DESC LIMIT 1
-- name: not_linked
SELECT size FROM seen_head WHERE log = ? AND linked = 0 AND ask_at <= ? ORDER BY size LIMIT ?
-- name: not_linked_count
SELECT count(*), coalesce(min(seen_at), 0) FROM seen_head WHERE linked = 0 AND log <> ?
-- name: newest_seen
SELECT checkpoint FROM seen_head WHERE log = ? ORDER BY size DESC LIMIT ?
-- name: is_open
SELECT EXISTS (SELECT 1 FROM seen_head WHERE log = ? AND linked = 0)
-- name: most_seen
SELECT coalesce(max(size), 0) FROM seen_head WHERE log = ?

-- name: put_cosignature
INSERT OR IGNORE INTO cosignature (log, size, witness, time, lines) VALUES (?, ?, ?, ?, ?)
-- name: cosignatures
SELECT witness, time, lines FROM cosignature WHERE log = ? AND size = ? ORDER BY witness
-- name: cosigned_heads
-- The heads of a log that most have cosigned come first, of those the newest.
SELECT size, count(*) AS by FROM cosignature WHERE log = ? AND size >= ? AND witness <> log
GROUP BY size ORDER BY by DESC, size DESC LIMIT ?
-- name: first_cosigned
-- The same, of those the first.
SELECT size, count(*) AS by FROM cosignature WHERE log = ? AND size >= ? AND witness <> log
GROUP BY size ORDER BY by DESC, size
-- name: cosigners_from
-- Of our own log, every later head continues every earlier one.
SELECT DISTINCT witness FROM cosignature WHERE log = ? AND size >= ? AND witness <> log
-- name: cosigners
SELECT DISTINCT witness FROM cosignature c WHERE c.log = ?1 AND c.witness <> c.log AND (
  c.size = ?2 OR EXISTS (
    SELECT 1 FROM continued k WHERE k.log = ?1 AND k.old = ?2 AND k.size = c.size
  )
)
-- name: not_covered
-- Receipts' heads that fewer have cosigned than have cosigned a later head which we know.
SELECT h.size FROM seen_head h
WHERE h.log = ?1 AND h.receipted = 1 AND h.linked = 1 AND h.ask_at <= ?2 AND h.asked < 12
  AND h.size < ?3 AND ?4 > (
    SELECT count(DISTINCT c.witness) FROM cosignature c
    WHERE c.log = ?1 AND c.witness <> c.log AND (c.size = h.size OR EXISTS (
      SELECT 1 FROM continued k WHERE k.log = ?1 AND k.old = h.size AND k.size = c.size))
  )
ORDER BY h.size DESC LIMIT ?5
-- name: undated
-- Receipts' heads of a log whose keys were stolen that no head with later keys is shown to continue.
SELECT h.size FROM seen_head h
WHERE h.log = ?1 AND h.receipted = 1 AND h.size <= ?2 AND h.ask_at <= ?3 AND NOT EXISTS (
  SELECT 1 FROM continued k WHERE k.log = h.log AND k.old = h.size AND k.size > ?2)
ORDER BY h.size LIMIT ?4
-- name: is_dated
SELECT 1 FROM seen_head h JOIN continued k ON k.log = h.log AND k.old = h.size
WHERE h.log = ? AND h.size = ? AND h.root = ? AND k.size > ? LIMIT 1
-- name: put_continued
INSERT OR IGNORE INTO continued (log, old, size, path) VALUES (?, ?, ?, ?)
-- name: continuations
SELECT size, path FROM continued WHERE log = ? AND old = ? ORDER BY size

-- name: put_fork
INSERT OR IGNORE INTO fork (digest, log, found_at, proof) VALUES (?, ?, ?, ?)
-- name: forks
SELECT digest, log, found_at FROM fork ORDER BY found_at, digest
-- name: fork
SELECT proof FROM fork WHERE digest = ?
-- name: forks_of
SELECT count(*) FROM fork WHERE log = ?

-- name: whole
PRAGMA integrity_check(1)
-- name: look
-- One state of the database for several questions of one reader.
BEGIN
-- name: log_count
SELECT count(*), coalesce(max(leaf) + 1, 0) FROM statement
-- name: head_count
SELECT (SELECT count(*) FROM head), (SELECT count FROM tally WHERE name = 'head')
-- name: receipt_count
SELECT (SELECT count(*) FROM receipt), (SELECT count FROM tally WHERE name = 'receipt'),
  (SELECT count(*) FROM receipt r WHERE NOT EXISTS (SELECT 1 FROM statement s WHERE s.sid = r.sid))
-- name: party_tally
SELECT (SELECT count(*) FROM party), (SELECT count FROM tally WHERE name = 'party')
-- name: manifest_count
SELECT (SELECT count(*) FROM manifest), (SELECT count FROM tally WHERE name = 'manifest')
-- name: fork_count
SELECT (SELECT count(*) FROM fork), (SELECT count FROM tally WHERE name = 'fork')
-- name: witnessed_after
SELECT origin, size, root, checkpoint, lines FROM witnessed WHERE origin > ? ORDER BY origin LIMIT ?
-- name: seen_after
SELECT log, size, root, checkpoint FROM seen_head WHERE (log, size) > (?, ?)
ORDER BY log, size LIMIT ?
-- name: continued_after
SELECT log, old, size, path FROM continued WHERE (log, old, size) > (?, ?, ?)
ORDER BY log, old, size LIMIT ?
-- name: cosigned_after
SELECT log, size, witness, time, lines FROM cosignature WHERE (log, size, witness) > (?, ?, ?)
ORDER BY log, size, witness LIMIT ?
-- name: forks_after
SELECT digest, log, proof FROM fork WHERE digest > ? ORDER BY digest LIMIT ?
-- name: threads_between
SELECT subject, opening, net, capability, seen_due FROM thread WHERE subject > ? AND subject <= ?
ORDER BY subject
-- name: missing_of
SELECT holder, sid FROM missing WHERE subject = ?
-- name: outbox_after
SELECT o.id, o.peer, o.sid, o.state, s.sid FROM outbox o LEFT JOIN statement s ON s.sid = o.sid
WHERE o.id > ? ORDER BY o.id LIMIT ?
-- name: parties_after
SELECT id, code, card, met_at FROM party WHERE id > ? ORDER BY id LIMIT ?
-- name: drafts_after
SELECT id, content FROM draft WHERE id > ? ORDER BY id LIMIT ?
-- name: manifests_after
SELECT digest, signed FROM manifest WHERE digest > ? ORDER BY digest LIMIT ?
