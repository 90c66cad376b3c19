BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE clips (
	hash VARCHAR NOT NULL, 
	info TEXT NOT NULL, 
	frame_table TEXT NOT NULL, 
	shots TEXT, 
	CONSTRAINT pk_clips PRIMARY KEY (hash)
);
INSERT INTO "clips" VALUES('cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc','{"container": "mp4", "codec": "h264", "stream_index": 0, "source_width": 64, "source_height": 32, "width": 64, "height": 32, "rotation": 0, "mirrored": false, "sar": [1, 1], "pix_fmt": "yuv420p", "bit_depth": 8, "color": {"matrix": "bt709", "primaries": "bt709", "transfer": "bt709", "range": "limited"}, "rate": [24, 1], "has_sound": false, "sound_streams": 0, "duration_s": 0.4166666666666667, "seekable": true}','{"frame_count": 10, "timescale": 24000, "ticks": [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000], "end_tick": 10000, "damage": null, "hash": "0f531ddd5b6f533e62366097a4d0b876f8108d9b961c00e5f800d7d38bccead0", "source": {"pts": [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000], "time_base": [1, 24000]}}',NULL);
CREATE TABLE events (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	project VARCHAR NOT NULL, 
	parent INTEGER, 
	kind VARCHAR NOT NULL, 
	data TEXT NOT NULL, 
	created VARCHAR NOT NULL, 
	CONSTRAINT fk_events_project FOREIGN KEY(project) REFERENCES projects (id) ON DELETE CASCADE
);
INSERT INTO "events" VALUES(1,'p0123456789ab',NULL,'ProjectCreated','{"name": "dog"}','2026-11-23T07:09:14.420Z');
INSERT INTO "events" VALUES(2,'p0123456789ab',1,'ProjectNamed','{"name": "Rex"}','2026-11-23T07:09:14.428Z');
INSERT INTO "events" VALUES(3,'p0123456789ab',2,'ObjectAdded','{"object": "o1", "name": "Object 1", "color": "#ff4fa3"}','2026-11-23T07:09:14.434Z');
INSERT INTO "events" VALUES(4,'p0123456789ab',3,'ObjectAdded','{"object": "o2", "name": "Object 2", "color": "#4cc2ff"}','2026-11-23T07:09:14.438Z');
INSERT INTO "events" VALUES(5,'p0123456789ab',4,'ObjectChanged','{"object": "o1", "name": "Dog", "color": null}','2026-11-23T07:09:14.442Z');
INSERT INTO "events" VALUES(6,'p0123456789ab',5,'ObjectChanged','{"object": "o1", "name": null, "color": "#00ff00"}','2026-11-23T07:09:14.446Z');
INSERT INTO "events" VALUES(7,'p0123456789ab',6,'ClickAdded','{"object": "o1", "frame": 0, "click": {"id": "c1", "x": 0.25, "y": 0.5, "include": true}, "mask": "m1", "base": null}','2026-11-23T07:09:14.450Z');
INSERT INTO "events" VALUES(8,'p0123456789ab',7,'ClickAdded','{"object": "o1", "frame": 0, "click": {"id": "c2", "x": 0.75, "y": 0.5, "include": false}, "mask": "m2", "base": null}','2026-11-23T07:09:14.454Z');
INSERT INTO "events" VALUES(9,'p0123456789ab',8,'ClickChanged','{"object": "o1", "frame": 0, "click": {"id": "c2", "x": 0.7, "y": 0.5, "include": true}, "mask": "m3"}','2026-11-23T07:09:14.458Z');
INSERT INTO "events" VALUES(10,'p0123456789ab',9,'Applied','{"revision": 1}','2026-11-23T07:09:14.465Z');
INSERT INTO "events" VALUES(11,'p0123456789ab',10,'ClickRemoved','{"object": "o1", "frame": 0, "click": "c1", "mask": "m4"}','2026-11-23T07:09:14.475Z');
INSERT INTO "events" VALUES(12,'p0123456789ab',11,'ClickAdded','{"object": "o1", "frame": 4, "click": {"id": "c3", "x": 0.5, "y": 0.5, "include": true}, "mask": "m5", "base": "b1"}','2026-11-23T07:09:14.482Z');
INSERT INTO "events" VALUES(13,'p0123456789ab',12,'ClickAdded','{"object": "o2", "frame": 2, "click": {"id": "c4", "x": 0.5, "y": 0.5, "include": true}, "mask": "m6", "base": null}','2026-11-23T07:09:14.486Z');
INSERT INTO "events" VALUES(14,'p0123456789ab',13,'ClickRemoved','{"object": "o2", "frame": 2, "click": "c4", "mask": null}','2026-11-23T07:09:14.490Z');
INSERT INTO "events" VALUES(15,'p0123456789ab',14,'MaskPlaced','{"object": "o2", "frame": 3, "mask": "m7"}','2026-11-23T07:09:14.494Z');
INSERT INTO "events" VALUES(16,'p0123456789ab',15,'ClickAdded','{"object": "o2", "frame": 3, "click": {"id": "c5", "x": 0.1, "y": 0.2, "include": false}, "mask": "m8", "base": null}','2026-11-23T07:09:14.498Z');
INSERT INTO "events" VALUES(17,'p0123456789ab',16,'MaskPlaced','{"object": "o1", "frame": 9, "mask": "m9"}','2026-11-23T07:09:14.502Z');
INSERT INTO "events" VALUES(18,'p0123456789ab',17,'KeyframeRemoved','{"object": "o1", "frame": 9}','2026-11-23T07:09:14.506Z');
INSERT INTO "events" VALUES(19,'p0123456789ab',18,'ObjectAdded','{"object": "o3", "name": "Object 3", "color": "#8bd450"}','2026-11-23T07:09:14.510Z');
INSERT INTO "events" VALUES(20,'p0123456789ab',19,'ObjectRemoved','{"object": "o3"}','2026-11-23T07:09:14.514Z');
INSERT INTO "events" VALUES(21,'p0123456789ab',20,'Applied','{"revision": 2}','2026-11-23T07:09:14.518Z');
INSERT INTO "events" VALUES(22,'p0123456789ab',21,'ProjectNamed','{"name": "undone"}','2026-11-23T07:09:14.522Z');
CREATE TABLE exports (
	id VARCHAR NOT NULL, 
	project VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	request TEXT NOT NULL, 
	state VARCHAR NOT NULL, 
	done INTEGER NOT NULL, 
	total INTEGER NOT NULL, 
	detail VARCHAR, 
	file_name VARCHAR NOT NULL, 
	created VARCHAR NOT NULL, 
	CONSTRAINT pk_exports PRIMARY KEY (id), 
	CONSTRAINT fk_exports_project FOREIGN KEY(project) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE TABLE ingests (
	upload VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	project VARCHAR, 
	status INTEGER, 
	detail VARCHAR, 
	created VARCHAR NOT NULL, 
	CONSTRAINT pk_ingests PRIMARY KEY (upload)
);
CREATE TABLE masks (
	hash VARCHAR NOT NULL, 
	project VARCHAR NOT NULL, 
	CONSTRAINT pk_masks PRIMARY KEY (hash, project), 
	CONSTRAINT fk_masks_project FOREIGN KEY(project) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE TABLE projects (
	id VARCHAR NOT NULL, 
	clip VARCHAR NOT NULL, 
	clip_name VARCHAR NOT NULL, 
	created VARCHAR NOT NULL, 
	head INTEGER NOT NULL, 
	tip INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_projects PRIMARY KEY (id), 
	CONSTRAINT fk_projects_clip FOREIGN KEY(clip) REFERENCES clips (hash)
);
INSERT INTO "projects" VALUES('p0123456789ab','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc','dog.mp4','2026-11-23T07:09:14.419Z',21,22,23);
CREATE TABLE recipes (
	address VARCHAR NOT NULL, 
	project VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_recipes PRIMARY KEY (address, project), 
	CONSTRAINT fk_recipes_project FOREIGN KEY(project) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE TABLE revisions (
	project VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	snapshot TEXT NOT NULL, 
	created VARCHAR NOT NULL, 
	CONSTRAINT pk_revisions PRIMARY KEY (project, number), 
	CONSTRAINT fk_revisions_project FOREIGN KEY(project) REFERENCES projects (id) ON DELETE CASCADE
);
INSERT INTO "revisions" VALUES('p0123456789ab',1,'[{"color": "#00ff00", "id": "o1", "keyframes": [[0, "m3"]], "name": "Dog"}, {"color": "#4cc2ff", "id": "o2", "keyframes": [], "name": "Object 2"}]','2026-11-23T07:09:14.466Z');
INSERT INTO "revisions" VALUES('p0123456789ab',2,'[{"color": "#00ff00", "id": "o1", "keyframes": [[0, "m4"], [4, "m5"]], "name": "Dog"}, {"color": "#4cc2ff", "id": "o2", "keyframes": [[3, "m8"]], "name": "Object 2"}]','2026-11-23T07:09:14.518Z');
CREATE INDEX ix_projects_clip ON projects (clip);
CREATE INDEX ix_events_project ON events (project);
CREATE INDEX ix_exports_project ON exports (project);
CREATE INDEX ix_masks_project ON masks (project);
CREATE INDEX ix_recipes_project ON recipes (project);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('events',22);
COMMIT;
