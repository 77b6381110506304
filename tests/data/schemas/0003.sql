BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE card (
	id TEXT NOT NULL, 
	deck TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	principles TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	note TEXT, 
	tags TEXT NOT NULL, 
	draft INTEGER NOT NULL, 
	retired INTEGER NOT NULL, 
	asked INTEGER NOT NULL, 
	sibling TEXT, 
	fingerprint TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_card PRIMARY KEY (id), 
	CONSTRAINT fk_card_deck FOREIGN KEY(deck) REFERENCES deck_file (name) ON DELETE CASCADE
);
INSERT INTO "card" VALUES('ownership/follow-up-miintf','ownership',0,12,'follow-up','ownership','{"question": "Why did you not report it and go back to your own release?", "story": "Tell Me About a Time You Took On a Problem That Nobody Owned", "probes": "Whether the decision was made or merely happened; sense of cost.", "weak": "I did report it, and when nobody had picked it up after two weeks I felt I had to step in myself.", "weak_because": "Ownership by exhaustion: another 840 orders are cancelled while the candidate waits for an excuse to act.", "strong": "I tried to find a reader for the report. The catalogue named a dissolved team, and two managers told me it was not theirs. So I compared: a week''s delay of my release cost about $4,000 by its own business case, a week of waiting cost $10,500. I showed my manager both figures and what I meant to do, and she moved my date the same day.", "key_line": "I weighed two prices and said both aloud."}',NULL,'[]',0,0,1,'e54a27722834bdb1','1461a8022cbc26e648c0fc638e0b5aac',1795251376299);
INSERT INTO "card" VALUES('ownership/follow-up-tkdn33','ownership',1,27,'follow-up','ownership','{"question": "How do you know that your fix caused the drop?", "story": "Tell Me About a Time You Took On a Problem That Nobody Owned", "probes": "Standard of evidence; honesty about what a number does not show.", "weak": "Two weeks after the release cancellations were down by 91%, and nothing else had changed that I was aware of.", "weak_because": "The right number with the wrong proof: a before and after without a comparison, which any quiet fortnight could explain.", "strong": "The rows below 500,000 were my comparison, because the old loader had always read them. Orders cancelled there went from 29 a week to 31. Past that row they went from 391 to 5. A quiet season would have lowered both. I never claimed the 31: they are mostly damaged goods, and I passed them on to Fulfilment with the list.", "key_line": "The rows I did not touch did not change."}',NULL,'[]',0,0,1,'7eac3180eb3c409a','0851c1991a88807248c0fc638e0b5aac',1795251376299);
CREATE TABLE day_limits (
	study_day INTEGER NOT NULL, 
	new_cards INTEGER, 
	reviews INTEGER, 
	minutes INTEGER, 
	CONSTRAINT pk_day_limits PRIMARY KEY (study_day)
);
INSERT INTO "day_limits" VALUES(20778,3,NULL,25);
CREATE TABLE deck_file (
	name TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	mtime_ns INTEGER NOT NULL, 
	indexed_ns INTEGER NOT NULL, 
	fingerprint TEXT NOT NULL, 
	title TEXT NOT NULL, 
	principles TEXT NOT NULL, 
	pages TEXT NOT NULL, 
	dropped TEXT NOT NULL, 
	problem TEXT, parts TEXT DEFAULT '{}' NOT NULL, 
	CONSTRAINT pk_deck_file PRIMARY KEY (name)
);
INSERT INTO "deck_file" VALUES('ownership',-1,1795251375382803819,1795251376294658622,'','Tell Me About a Time You Took On a Problem That Nobody Owned','ownership','["star-walkthrough:tell me about a time you took on a problem that nobody owned"]','[]',NULL,'{}');
INSERT INTO "deck_file" VALUES('question-disagreement',-1,1795251375382976100,1795251376297773989,'','Disagreeing With a Decision of Your Manager','have-backbone-disagree-and-commit are-right-a-lot','["interview-question:disagreeing with a decision of your manager"]','[]',NULL,'{}');
CREATE TABLE device (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	here INTEGER NOT NULL, 
	CONSTRAINT pk_device PRIMARY KEY (id)
);
INSERT INTO "device" VALUES('682a565507eb4eae','vm',1);
CREATE TABLE event (
	id TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	study_day INTEGER NOT NULL, 
	device TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	batch TEXT NOT NULL, 
	card TEXT, 
	target TEXT, 
	rating INTEGER, 
	took_ms INTEGER, 
	interval INTEGER, 
	due INTEGER, 
	weights TEXT, 
	detail TEXT, 
	CONSTRAINT pk_event PRIMARY KEY (id), 
	CONSTRAINT fk_event_device FOREIGN KEY(device) REFERENCES device (id)
)
 WITHOUT ROWID

;
INSERT INTO "event" VALUES('01a1fd1b-bf4c-77ab-b8bc-fbed028b4596',1795247816524,20778,'682a565507eb4eae','answer','01a1fd1b-bf4c-77ab-b8bc-fbed028b4596','ownership/follow-up-miintf',NULL,3,18211,-600,1795248416524,'fsrs-6-defaults',NULL);
INSERT INTO "event" VALUES('01a1fd1c-5b8c-77d8-83d5-9feac22b02f5',1795247856524,20778,'682a565507eb4eae','answer','01a1fd1c-5b8c-77d8-83d5-9feac22b02f5','ownership/follow-up-tkdn33',NULL,4,9350,6,20784,'fsrs-6-defaults',NULL);
INSERT INTO "event" VALUES('01a1fd1c-6b2c-7bdd-b38c-8104705104ac',1795247860524,20778,'682a565507eb4eae','undo','01a1fd1c-6b2c-7bdd-b38c-8104705104ac',NULL,'01a1fd1c-5b8c-77d8-83d5-9feac22b02f5',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('01a1fd1d-076c-7457-852e-9db49b53ed8a',1795247900524,20778,'682a565507eb4eae','answer','01a1fd1d-076c-7457-852e-9db49b53ed8a','ownership/follow-up-tkdn33',NULL,1,21034,-60,1795247960524,'fsrs-6-defaults',NULL);
CREATE TABLE exported (
	card TEXT NOT NULL, 
	first_ms INTEGER NOT NULL, 
	CONSTRAINT pk_exported PRIMARY KEY (card)
)
 WITHOUT ROWID

;
INSERT INTO "exported" VALUES('ownership/follow-up-miintf',1795251386099);
INSERT INTO "exported" VALUES('ownership/follow-up-tkdn33',1795251386099);
CREATE TABLE schedule (
	card TEXT NOT NULL, 
	state INTEGER, 
	step INTEGER, 
	stability DOUBLE, 
	difficulty DOUBLE, 
	due_day INTEGER, 
	due_at_ms INTEGER, 
	first_day INTEGER, 
	last_day INTEGER, 
	reviewed_day INTEGER, 
	interval INTEGER, 
	reps INTEGER NOT NULL, 
	lapses INTEGER NOT NULL, 
	suspended INTEGER NOT NULL, 
	buried_until INTEGER, 
	flag TEXT, 
	CONSTRAINT pk_schedule PRIMARY KEY (card)
)
 WITHOUT ROWID

;
INSERT INTO "schedule" VALUES('ownership/follow-up-miintf',1,1,2.3065,2.11810397045901588342e+00,20778,1795248416524,20778,20778,NULL,-600,1,0,0,NULL,NULL);
INSERT INTO "schedule" VALUES('ownership/follow-up-tkdn33',1,0,0.212,6.4133,20778,1795247960524,20778,20778,NULL,-60,1,0,0,NULL,NULL);
CREATE TABLE weights (
	name TEXT NOT NULL, 
	algorithm TEXT NOT NULL, 
	version TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	made TEXT NOT NULL, 
	parameters TEXT NOT NULL, 
	since_ms INTEGER NOT NULL, 
	folded INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_weights PRIMARY KEY (name)
);
INSERT INTO "weights" VALUES('fsrs-6-defaults','FSRS','6','the defaults of py-fsrs 6.3','2026-11-21','[0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542]',0,1);
CREATE INDEX ix_event_card ON event (card);
CREATE INDEX ix_event_batch ON event (batch);
CREATE INDEX ix_event_target ON event (target);
CREATE INDEX ix_schedule_state_due_day ON schedule (state, due_day);
CREATE INDEX ix_schedule_last_day ON schedule (last_day);
CREATE INDEX ix_schedule_first_day ON schedule (first_day);
CREATE INDEX ix_schedule_reviewed_day ON schedule (reviewed_day);
CREATE INDEX ix_card_deck_position ON card (deck, position);
CREATE INDEX ix_card_sibling ON card (sibling);
CREATE INDEX ix_card_asked_principles_deck_position ON card (asked, principles, deck, position);
CREATE UNIQUE INDEX ix_weights_since_ms ON weights (since_ms);
CREATE UNIQUE INDEX ix_weights_folded ON weights (folded) WHERE folded = 1;
COMMIT;
