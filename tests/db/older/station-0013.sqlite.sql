BEGIN TRANSACTION;
CREATE TABLE activities (
	id INTEGER NOT NULL, 
	form VARCHAR(48) NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	topic_code VARCHAR(64) NOT NULL, 
	unit_code VARCHAR(32) NOT NULL, 
	day DATE NOT NULL, 
	place VARCHAR(300) NOT NULL, 
	attendance INTEGER, 
	views INTEGER, 
	link VARCHAR(500) NOT NULL, 
	note TEXT NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	removed_at DATETIME, 
	CONSTRAINT pk_activities PRIMARY KEY (id), 
	CONSTRAINT ck_activities_attendance CHECK (attendance IS NULL OR attendance >= 0), 
	CONSTRAINT ck_activities_views CHECK (views IS NULL OR views >= 0), 
	CONSTRAINT fk_activities_topic_code_topics FOREIGN KEY(topic_code) REFERENCES topics (code), 
	CONSTRAINT fk_activities_unit_code_units FOREIGN KEY(unit_code) REFERENCES units (code)
);
CREATE TABLE airing_proofs (
	entry_id VARCHAR(80) NOT NULL, 
	ear VARCHAR(8) NOT NULL, 
	heard_share DOUBLE, 
	level_dbfs DOUBLE, 
	expected_dbfs DOUBLE, 
	gap_ms INTEGER NOT NULL, 
	"match" DOUBLE, 
	lag_ms INTEGER, 
	recording VARCHAR(300), 
	offset_ms INTEGER, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_airing_proofs PRIMARY KEY (entry_id)
);
INSERT INTO "airing_proofs" VALUES('b1-1-am02','sent',1.0,-16.7,-16.7,0,0.999,NULL,NULL,NULL,'2026-11-30 03:31:14.543909');
INSERT INTO "airing_proofs" VALUES('b1-1-am01','sent',1.0,-16.7,-16.7,0,0.999,NULL,NULL,NULL,'2026-11-30 03:31:14.543909');
INSERT INTO "airing_proofs" VALUES('b12-1-aircheck','sent',1.0,-14.6,-14.6,0,1.0,NULL,NULL,NULL,'2026-11-30 03:31:18.389731');
INSERT INTO "airing_proofs" VALUES('b13-1-am01','sent',1.0,-18.8,-18.8,0,1.0,NULL,NULL,NULL,'2026-11-30 03:31:25.363962');
INSERT INTO "airing_proofs" VALUES('b14-1-am01','sent',1.0,-16.6,-16.6,0,1.0,NULL,NULL,NULL,'2026-11-30 03:31:30.550311');
INSERT INTO "airing_proofs" VALUES('b15-1-am02','sent',1.0,-17.1,-17.1,0,0.999,NULL,NULL,NULL,'2026-11-30 03:31:35.660192');
INSERT INTO "airing_proofs" VALUES('b14-2-am01','sent',1.0,-16.6,-16.6,0,1.0,NULL,NULL,NULL,'2026-11-30 03:31:35.751033');
INSERT INTO "airing_proofs" VALUES('b16-1-am01','sent',1.0,-16.7,-16.7,0,1.0,NULL,NULL,NULL,'2026-11-30 03:32:01.511364');
INSERT INTO "airing_proofs" VALUES('b17-2-am02','sent',1.0,-17.4,-17.4,0,0.999,NULL,NULL,NULL,'2026-11-30 03:32:08.765327');
INSERT INTO "airing_proofs" VALUES('b17-2-am01','sent',1.0,-17.4,-17.4,0,0.999,NULL,NULL,NULL,'2026-11-30 03:32:08.765327');
INSERT INTO "airing_proofs" VALUES('b17-1-am02','sent',1.0,-17.1,-17.1,0,0.999,NULL,NULL,NULL,'2026-11-30 03:32:08.764490');
INSERT INTO "airing_proofs" VALUES('b17-1-am01','sent',1.0,-17.1,-17.1,0,0.999,NULL,NULL,NULL,'2026-11-30 03:32:08.764490');
INSERT INTO "airing_proofs" VALUES('b18-1-am01','sent',1.0,-18.2,-18.2,0,1.0,NULL,NULL,NULL,'2026-11-30 03:32:16.979653');
INSERT INTO "airing_proofs" VALUES('b19-1-am01','sent',1.0,-16.6,-16.6,0,1.0,NULL,NULL,NULL,'2026-11-30 03:32:20.879717');
INSERT INTO "airing_proofs" VALUES('b21-1-am02','sent',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'2026-11-30 03:32:23.707584');
INSERT INTO "airing_proofs" VALUES('b23-1-am02','sent',1.0,-17.1,-17.1,0,0.999,NULL,NULL,NULL,'2026-11-30 03:32:30.964419');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0013');
CREATE TABLE api_tokens (
	id VARCHAR(16) NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	scopes JSON NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	last_used_at DATETIME, 
	revoked_at DATETIME, 
	CONSTRAINT pk_api_tokens PRIMARY KEY (id), 
	CONSTRAINT uq_api_tokens_name UNIQUE (name)
);
CREATE TABLE approvals (
	id INTEGER NOT NULL, 
	script_id INTEGER NOT NULL, 
	revision_id INTEGER NOT NULL, 
	rendition_id INTEGER, 
	decision VARCHAR(16) NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	own_work BOOLEAN NOT NULL, 
	comment TEXT NOT NULL, 
	spoken_sha256 VARCHAR(64), 
	audio_sha256 VARCHAR(64), 
	at DATETIME NOT NULL, behalf VARCHAR(64), 
	CONSTRAINT pk_approvals PRIMARY KEY (id), 
	CONSTRAINT ck_approvals_decision CHECK (decision IN ('approved', 'returned', 'withdrawn')), 
	CONSTRAINT fk_approvals_rendition_id_renditions FOREIGN KEY(rendition_id) REFERENCES renditions (id), 
	CONSTRAINT fk_approvals_revision_id_revisions FOREIGN KEY(revision_id) REFERENCES revisions (id), 
	CONSTRAINT fk_approvals_script_id_scripts FOREIGN KEY(script_id) REFERENCES scripts (id)
);
INSERT INTO "approvals" VALUES(1,1,1,1,'approved','lanhdao',0,'','c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:29:15.836336',NULL);
INSERT INTO "approvals" VALUES(2,2,2,2,'approved','lanhdao',0,'','6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c','a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab','2026-11-30 03:29:16.573391',NULL);
CREATE TABLE audit_events (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(64) NOT NULL, 
	verb VARCHAR(64) NOT NULL, 
	object_kind VARCHAR(32) NOT NULL, 
	object_id VARCHAR(64) NOT NULL, 
	note TEXT NOT NULL, 
	"before" JSON, 
	"after" JSON, 
	CONSTRAINT pk_audit_events PRIMARY KEY (id)
);
INSERT INTO "audit_events" VALUES(1,'2026-11-30 03:29:14.516333','bientap','add','script','1','Lịch tiêm chủng','null','null');
INSERT INTO "audit_events" VALUES(2,'2026-11-30 03:29:15.802241','bientap','speak','script','1','tone:beep','null','null');
INSERT INTO "audit_events" VALUES(3,'2026-11-30 03:29:15.872206','lanhdao','approved','script','1','','null','null');
INSERT INTO "audit_events" VALUES(4,'2026-11-30 03:29:15.881525','bientap','add','script','2','Họp dân','null','null');
INSERT INTO "audit_events" VALUES(5,'2026-11-30 03:29:16.560864','bientap','speak','script','2','tone:beep','null','null');
INSERT INTO "audit_events" VALUES(6,'2026-11-30 03:29:16.616361','lanhdao','approved','script','2','','null','null');
INSERT INTO "audit_events" VALUES(7,'2026-11-30 03:29:16.724381','thử','apply','rotation','thu','+ Lịch mới “Lịch thử”
+ Khung vao-giua “Vào giữa chừng” lúc 10:31, tối đa 2 phút
+ Khung chieu “Buổi chiều” lúc 17:00, tối đa 20 phút','null','null');
INSERT INTO "audit_events" VALUES(8,'2026-11-30 03:29:17.142000','thử','move','broadcast','9','Buổi chiều','{"starts_at":"2026-11-30T10:00:00+00:00"}','{"starts_at":"2026-11-30T10:30:00+00:00"}');
INSERT INTO "audit_events" VALUES(9,'2026-11-30 03:29:17.183912','thử','copy','broadcast','10','Buổi chiều','{"starts_at":"2026-12-01T10:00:00+00:00"}','{"starts_at":"2026-12-01T10:30:00+00:00"}');
INSERT INTO "audit_events" VALUES(10,'2026-11-30 03:29:17.201388','thử','skip','broadcast','4','Buổi chiều','null','null');
INSERT INTO "audit_events" VALUES(11,'2026-11-30 03:29:17.272889','thử','plan','broadcast','11','Buổi riêng','null','{"starts_at":"2026-12-02T10:40:00+00:00"}');
INSERT INTO "audit_events" VALUES(12,'2026-11-30 03:31:14.596320','thử','plan','broadcast','12','Thử','null','null');
INSERT INTO "audit_events" VALUES(13,'2026-11-30 03:31:18.460850','thử','plan','broadcast','13','Thử loa','null','null');
INSERT INTO "audit_events" VALUES(14,'2026-11-30 03:31:25.421338','thử','plan','broadcast','14','KHẨN CẤP: họp dân','null','null');
INSERT INTO "audit_events" VALUES(15,'2026-11-30 03:31:29.298876','thử','plan','broadcast','15','Bản tin bị chiếm loa','null','null');
INSERT INTO "audit_events" VALUES(16,'2026-11-30 03:31:35.734497','vanhanh','playout.stop','playout','playout','','null','{"zones":["am01"]}');
INSERT INTO "audit_events" VALUES(17,'2026-11-30 03:31:35.814936','vanhanh','resume','broadcast','16','Phần còn lại của số 14','null','null');
INSERT INTO "audit_events" VALUES(18,'2026-11-30 03:32:01.632945','thử','plan','broadcast','17','Bản tin bị ngắt','null','null');
INSERT INTO "audit_events" VALUES(19,'2026-11-30 03:32:08.465158','vanhanh','draft','emergency','1','Lũ về','null','{"title":"Lũ về","text":"Nước lũ đang lên. Mời bà con lên chỗ cao.","zones":["am01"],"reason":"Công điện","repeat_s":7200.0,"interrupted":"resume","recording":null,"cap":null}');
INSERT INTO "audit_events" VALUES(20,'2026-11-30 03:32:08.592059','vanhanh','confirm','emergency','1','Công điện','null','{"title":"Lũ về","text":"Nước lũ đang lên. Mời bà con lên chỗ cao.","zones":["am01"],"reason":"Công điện","repeat_s":7200.0,"interrupted":"resume","recording":null,"cap":null}');
INSERT INTO "audit_events" VALUES(21,'2026-11-30 03:32:17.213801','vanhanh','cancel','emergency','1','Nước đã rút','null','null');
INSERT INTO "audit_events" VALUES(22,'2026-11-30 03:32:17.262979','vanhanh','talk','broadcast','21','Nhắc lịch','null','{"zones":["am02"]}');
INSERT INTO "audit_events" VALUES(23,'2026-11-30 03:32:23.956168','thử','plan','broadcast','22','Bỏ qua','null','null');
INSERT INTO "audit_events" VALUES(24,'2026-11-30 03:32:23.957443','vanhanh','playout.skip','playout','playout','','null','{"broadcast_id":22}');
INSERT INTO "audit_events" VALUES(25,'2026-11-30 03:32:24.199637','thử','plan','broadcast','23','Còn mở','null','null');
INSERT INTO "audit_events" VALUES(26,'2026-11-30 03:32:34.131329','lanhdao','hand-over','evidence','bang-chung.zip','2026-11-30 đến 2026-11-30: 20 bản ghi, dấu 8ffa698df1d050f47c3fb52b46ea067718800351222e7408f68b799d2ba321e4','null','null');
CREATE TABLE "broadcasts" (
	id INTEGER NOT NULL, 
	slot_key VARCHAR(140) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	starts_at DATETIME NOT NULL, 
	ends_at DATETIME NOT NULL, 
	zones JSON NOT NULL, 
	rundown JSON NOT NULL, 
	reasons JSON NOT NULL, 
	sound_ms INTEGER NOT NULL, 
	late VARCHAR(8) NOT NULL, 
	grace_s INTEGER NOT NULL, 
	overrun VARCHAR(8) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	verdict TEXT NOT NULL, 
	owner VARCHAR(120), 
	started_at DATETIME, 
	finished_at DATETIME, 
	by_hand BOOLEAN DEFAULT 0 NOT NULL, emergency_id INTEGER, confirmed_by VARCHAR(64) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_broadcasts PRIMARY KEY (id), 
	CONSTRAINT uq_broadcasts_slot_key_starts_at UNIQUE (slot_key, starts_at)
);
INSERT INTO "broadcasts" VALUES(1,'thu/vao-giua','rotation','Vào giữa chừng','2026-11-30 03:31:00.000000','2026-11-30 03:33:00.000000','["am01","am02"]','[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[{"script_id":2,"title":"Họp dân","chosen":true,"why":"Phần cố định của khung phát."}]',14520,'join',120,'cut','partial','Phát dở: 0 trong 2 lượt mục phát đủ. Vào giữa chừng vì bắt đầu trễ.','vm:41006d1d','2026-11-30 03:31:04.511066','2026-11-30 03:31:14.521779',0,NULL,'');
INSERT INTO "broadcasts" VALUES(2,'thu/chieu','rotation','Buổi chiều','2026-11-30 10:00:00.000000','2026-11-30 10:20:00.000000','["am01"]','[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Chưa phát lần nào."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Chưa phát lần nào."}]',32740,'skip',120,'cut','cancelled','Dời sang 17:30 thứ hai, 30/11/2026.',NULL,NULL,NULL,1,NULL,'');
INSERT INTO "broadcasts" VALUES(3,'thu/vao-giua','rotation','Vào giữa chừng','2026-12-01 03:31:00.000000','2026-12-01 03:33:00.000000','["am01","am02"]','[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[{"script_id":2,"title":"Họp dân","chosen":true,"why":"Phần cố định của khung phát."}]',14520,'join',120,'cut','planned','',NULL,NULL,NULL,0,NULL,'');
INSERT INTO "broadcasts" VALUES(4,'thu/chieu','rotation','Buổi chiều','2026-12-01 10:00:00.000000','2026-12-01 10:20:00.000000','["am01"]','[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 30/11/2026)."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 30/11/2026)."}]',32740,'skip',120,'cut','cancelled','thử bỏ qua buổi này.',NULL,NULL,NULL,0,NULL,'');
INSERT INTO "broadcasts" VALUES(5,'thu/vao-giua','rotation','Vào giữa chừng','2026-12-02 03:31:00.000000','2026-12-02 03:33:00.000000','["am01","am02"]','[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[{"script_id":2,"title":"Họp dân","chosen":true,"why":"Phần cố định của khung phát."}]',14520,'join',120,'cut','planned','',NULL,NULL,NULL,0,NULL,'');
INSERT INTO "broadcasts" VALUES(6,'thu/chieu','rotation','Buổi chiều','2026-12-02 10:00:00.000000','2026-12-02 10:20:00.000000','["am01"]','[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 01/12/2026)."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 01/12/2026)."}]',32740,'skip',120,'cut','planned','',NULL,NULL,NULL,0,NULL,'');
INSERT INTO "broadcasts" VALUES(7,'thu/vao-giua','rotation','Vào giữa chừng','2026-12-03 03:31:00.000000','2026-12-03 03:33:00.000000','["am01","am02"]','[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[{"script_id":2,"title":"Họp dân","chosen":true,"why":"Phần cố định của khung phát."}]',14520,'join',120,'cut','planned','',NULL,NULL,NULL,0,NULL,'');
INSERT INTO "broadcasts" VALUES(8,'thu/chieu','rotation','Buổi chiều','2026-12-03 10:00:00.000000','2026-12-03 10:20:00.000000','["am01"]','[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 02/12/2026)."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 02/12/2026)."}]',32740,'skip',120,'cut','planned','',NULL,NULL,NULL,0,NULL,'');
INSERT INTO "broadcasts" VALUES(9,'moved/2-341abf7c','once','Buổi chiều','2026-11-30 10:30:00.000000','2026-11-30 10:50:00.000000','["am01"]','[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Chưa phát lần nào."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Chưa phát lần nào."}]',32740,'skip',120,'cut','planned','',NULL,NULL,NULL,1,NULL,'');
INSERT INTO "broadcasts" VALUES(10,'copy/4-dcc332be','once','Buổi chiều','2026-12-01 10:30:00.000000','2026-12-01 10:50:00.000000','["am01"]','[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 30/11/2026)."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 30/11/2026)."}]',32740,'skip',120,'cut','planned','',NULL,NULL,NULL,1,NULL,'');
INSERT INTO "broadcasts" VALUES(11,'once/21fd030c-Buổi riêng','once','Buổi riêng','2026-12-02 10:40:00.000000','2026-12-02 10:50:00.000000','["am01","am02","am03","am04","am05","am06","am07","am08","am09","am10","am11","am12"]','[]','[]',0,'air',120,'cut','planned','',NULL,NULL,NULL,1,NULL,'');
INSERT INTO "broadcasts" VALUES(12,'trial/20261130T033116-Thử','trial','Thử','2026-11-30 03:31:16.588459','2026-11-30 03:31:48.408459','["am01"]','[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[]',1820,'air',120,'finish','aired','Đã phát đủ 1 mục tới bản ghi kiểm thính, bắt đầu lúc 10:31:16.','vm:41006d1d','2026-11-30 03:31:16.588459','2026-11-30 03:31:18.408621',0,NULL,'');
INSERT INTO "broadcasts" VALUES(13,'tone/20261130T033120-Thử loa','once','Thử loa','2026-11-30 03:31:20.434468','2026-11-30 03:31:54.234468','["am01"]','[{"no":1,"kind":"cue","title":"Chuông báo","audio_sha256":"d87c98a3fdfc5b452e40a3400b5d10ede2a81c631083ee5feb5a349fcc39f918","duration_ms":3800,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null}]','[]',3800,'air',120,'finish','aired','Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:31:21.','vm:41006d1d','2026-11-30 03:31:21.581120','2026-11-30 03:31:25.381288',0,NULL,'');
INSERT INTO "broadcasts" VALUES(14,'once/20261130T033127-KHẨN CẤP: họp dân','once','KHẨN CẤP: họp dân','2026-11-30 03:31:27.396344','2026-11-30 03:32:13.736344','["am01"]','[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":2,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[]',16340,'air',120,'finish','partial','Phát dở: 1 trong 2 lượt mục phát đủ. vanhanh bấm dừng phát.','vm:41006d1d','2026-11-30 03:31:27.431067','2026-11-30 03:31:35.757219',0,NULL,'');
INSERT INTO "broadcasts" VALUES(15,'once/20261130T033131-Bản tin bị chiếm loa','once','Bản tin bị chiếm loa','2026-11-30 03:31:31.289754','2026-11-30 03:32:03.109754','["am01","am02"]','[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[]',1820,'air',120,'finish','partial','Phát dở: 1 trong 2 lượt mục phát đủ. Đang phát buổi “KHẨN CẤP: họp dân”.','vm:41006d1d','2026-11-30 03:31:33.854905','2026-11-30 03:31:35.678955',0,NULL,'');
INSERT INTO "broadcasts" VALUES(16,'rest/14-20261130T033147','once','KHẨN CẤP: họp dân (phần còn lại)','2026-11-30 03:31:47.000000','2026-11-30 03:32:31.520000','["am01"]','[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[]',14520,'air',120,'finish','aired','Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:31:47.','vm:41006d1d','2026-11-30 03:31:47.000000','2026-11-30 03:32:01.520268',0,NULL,'');
INSERT INTO "broadcasts" VALUES(17,'once/20261130T033203-Bản tin bị ngắt','once','Bản tin bị ngắt','2026-11-30 03:32:03.603256','2026-11-30 03:32:51.763256','["am01","am02"]','[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":2,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[]',18160,'air',120,'finish','partial','Phát dở: 2 trong 6 lượt mục phát đủ. Nhường sóng cho phát khẩn cấp.','vm:41006d1d','2026-11-30 03:32:06.627085','2026-11-30 03:32:08.783405',0,NULL,'');
INSERT INTO "broadcasts" VALUES(18,'emergency/1/0','emergency','KHẨN CẤP: Lũ về','2026-11-30 03:32:08.592059','2026-11-30 03:42:16.792059','["am01"]','[{"no":1,"kind":"cue","title":"Tín hiệu báo động","audio_sha256":"18503ec308f1eb106f7361c5bb549d771fc69bc1ebff4043f4cf405626c7b1b2","duration_ms":8200,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null}]','[]',8200,'air',600,'finish','aired','Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:32:08.','vm:41006d1d','2026-11-30 03:32:08.793800','2026-11-30 03:32:16.993984',0,1,'vanhanh');
INSERT INTO "broadcasts" VALUES(19,'resume/15/1-0','once','Bản tin bị chiếm loa (phần bị ngắt)','2026-11-30 03:32:19.078154','2026-11-30 03:32:50.898154','["am01"]','[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[]',1820,'air',60,'finish','aired','Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:32:19.','vm:41006d1d','2026-11-30 03:32:19.078154','2026-11-30 03:32:20.898315',0,NULL,'');
INSERT INTO "broadcasts" VALUES(20,'resume/17/1-0','once','Bản tin bị ngắt (phần bị ngắt)','2026-11-30 03:32:19.078154','2026-11-30 03:33:05.418154','["am01","am02"]','[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[]',16340,'air',60,'finish','cancelled','Phần còn lại trùng giờ một buổi khác nên bỏ.',NULL,NULL,'2026-11-30 03:32:17.078154',0,1,'');
INSERT INTO "broadcasts" VALUES(21,'talk/2adbd78b7c7764bf','once','Nhắc lịch','2026-11-30 03:32:17.262979','2026-11-30 03:42:47.262979','["am02"]','[{"no":1,"kind":"live","title":"Nhắc lịch","audio_sha256":"","duration_ms":600000,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null}]','[]',600000,'air',30,'finish','aired','Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:32:22.','vm:41006d1d','2026-11-30 03:32:22.967392','2026-11-30 03:32:23.690895',0,NULL,'vanhanh');
INSERT INTO "broadcasts" VALUES(22,'once/20261130T033225-Bỏ qua','once','Bỏ qua','2026-11-30 03:32:25.927809','2026-11-30 03:32:57.747809','["am02"]','[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[]',1820,'air',120,'finish','cancelled','Đã hủy: vanhanh bỏ buổi này.','vm:41006d1d',NULL,'2026-11-30 03:32:24.090866',0,NULL,'');
INSERT INTO "broadcasts" VALUES(23,'once/20261130T033226-Còn mở','once','Còn mở','2026-11-30 03:32:26.161063','2026-11-30 03:32:57.981063','["am02"]','[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]','[]',1820,'air',120,'finish','aired','Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:32:29.','vm:41006d1d','2026-11-30 03:32:29.163059','2026-11-30 03:32:30.983286',0,NULL,'');
CREATE TABLE campaigns (
	id INTEGER NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	number VARCHAR(60) NOT NULL, 
	issued_on DATE, 
	first DATE NOT NULL, 
	last DATE NOT NULL, 
	basis JSON NOT NULL, 
	topics JSON NOT NULL, 
	forms JSON NOT NULL, 
	audiences JSON NOT NULL, 
	units JSON NOT NULL, 
	deadlines JSON NOT NULL, 
	source_name VARCHAR(300) NOT NULL, 
	source_text TEXT NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT pk_campaigns PRIMARY KEY (id), 
	CONSTRAINT ck_campaigns_days CHECK ("last" >= "first")
);
CREATE TABLE chain_head (
	id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_chain_head PRIMARY KEY (id)
);
INSERT INTO "chain_head" VALUES(1,20,'db1a5e1ddfb169e8acc47c66ee13552c35f18220bc5a509de4badc7504fed06c');
CREATE TABLE commands (
	id INTEGER NOT NULL, 
	verb VARCHAR(32) NOT NULL, 
	arguments JSON NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	done_at DATETIME, 
	answer TEXT NOT NULL, 
	CONSTRAINT pk_commands PRIMARY KEY (id)
);
INSERT INTO "commands" VALUES(1,'stop','{"zones":["am01"]}','vanhanh','2026-11-30 03:31:35.734497','2026-11-30 03:31:35.755681','Đã dừng phát tại am01.');
INSERT INTO "commands" VALUES(2,'skip','{"broadcast_id":22}','vanhanh','2026-11-30 03:32:23.957443','2026-11-30 03:32:23.976065','Đã bỏ buổi “Bỏ qua”.');
CREATE TABLE cues (
	name VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	audio_sha256 VARCHAR(64) NOT NULL, 
	duration_ms INTEGER NOT NULL, 
	licence VARCHAR(64) NOT NULL, 
	source VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_cues PRIMARY KEY (name)
);
INSERT INTO "cues" VALUES('nhac-hieu','opening','Nhạc hiệu','e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce',16400,'CC0-1.0','audio/recipe.py');
INSERT INTO "cues" VALUES('nhac-ket','closing','Nhạc kết','b9f8f2d60b175d5a3edfebb6f200997a057d2ddccf27e095b89ba8a88fc11b80',9960,'CC0-1.0','audio/recipe.py');
INSERT INTO "cues" VALUES('chuong','chime','Chuông báo','d87c98a3fdfc5b452e40a3400b5d10ede2a81c631083ee5feb5a349fcc39f918',3800,'CC0-1.0','audio/recipe.py');
INSERT INTO "cues" VALUES('ngat','separator','Nhạc ngắt','2eebbb56738374d01a97c8a7b285fe4bd8b7e2f2fcf6f0f9d4513238e50a8889',1500,'CC0-1.0','audio/recipe.py');
INSERT INTO "cues" VALUES('ngat-thong-bao','separator','Nhạc ngắt trước thông báo','07d9695f15158a44ff058ad93378b7c6d79833f691a60d14c2b33f7f77e88bb7',2200,'CC0-1.0','audio/recipe.py');
INSERT INTO "cues" VALUES('bao-dong','alert','Tín hiệu báo động','18503ec308f1eb106f7361c5bb549d771fc69bc1ebff4043f4cf405626c7b1b2',8200,'CC0-1.0','audio/recipe.py');
INSERT INTO "cues" VALUES('am-chuan','line_up','Âm chuẩn 1 kHz, -18 dBFS','86a7522f283091de6d6d894bddd7b4cdc7ba9b35a96e2ffd4fa1ec7ba98177ce',10000,'CC0-1.0','audio/recipe.py');
CREATE TABLE day_exceptions (
	day DATE NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_day_exceptions PRIMARY KEY (day)
);
INSERT INTO "day_exceptions" VALUES('2026-01-01','holiday','Tết Dương lịch');
INSERT INTO "day_exceptions" VALUES('2026-02-16','tet','Tết Nguyên đán Bính Ngọ (mùng một: 17/02/2026)');
INSERT INTO "day_exceptions" VALUES('2026-02-17','tet','Tết Nguyên đán Bính Ngọ (mùng một: 17/02/2026)');
INSERT INTO "day_exceptions" VALUES('2026-02-18','tet','Tết Nguyên đán Bính Ngọ (mùng một: 17/02/2026)');
INSERT INTO "day_exceptions" VALUES('2026-02-19','tet','Tết Nguyên đán Bính Ngọ (mùng một: 17/02/2026)');
INSERT INTO "day_exceptions" VALUES('2026-02-20','tet','Tết Nguyên đán Bính Ngọ (mùng một: 17/02/2026)');
INSERT INTO "day_exceptions" VALUES('2026-04-26','holiday','Giỗ Tổ Hùng Vương (10/3 âm lịch)');
INSERT INTO "day_exceptions" VALUES('2026-04-30','holiday','Ngày Giải phóng miền Nam, thống nhất đất nước');
INSERT INTO "day_exceptions" VALUES('2026-05-01','holiday','Ngày Quốc tế Lao động');
INSERT INTO "day_exceptions" VALUES('2026-09-02','holiday','Quốc khánh');
INSERT INTO "day_exceptions" VALUES('2027-01-01','holiday','Tết Dương lịch');
INSERT INTO "day_exceptions" VALUES('2027-02-05','tet','Tết Nguyên đán Đinh Mùi (mùng một: 06/02/2027)');
INSERT INTO "day_exceptions" VALUES('2027-02-06','tet','Tết Nguyên đán Đinh Mùi (mùng một: 06/02/2027)');
INSERT INTO "day_exceptions" VALUES('2027-02-07','tet','Tết Nguyên đán Đinh Mùi (mùng một: 06/02/2027)');
INSERT INTO "day_exceptions" VALUES('2027-02-08','tet','Tết Nguyên đán Đinh Mùi (mùng một: 06/02/2027)');
INSERT INTO "day_exceptions" VALUES('2027-02-09','tet','Tết Nguyên đán Đinh Mùi (mùng một: 06/02/2027)');
INSERT INTO "day_exceptions" VALUES('2027-04-16','holiday','Giỗ Tổ Hùng Vương (10/3 âm lịch)');
INSERT INTO "day_exceptions" VALUES('2027-04-30','holiday','Ngày Giải phóng miền Nam, thống nhất đất nước');
INSERT INTO "day_exceptions" VALUES('2027-05-01','holiday','Ngày Quốc tế Lao động');
INSERT INTO "day_exceptions" VALUES('2027-09-02','holiday','Quốc khánh');
CREATE TABLE delegations (
	id INTEGER NOT NULL, 
	chief VARCHAR(64) NOT NULL, 
	deputy VARCHAR(64) NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	note TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	revoked_by VARCHAR(64), 
	CONSTRAINT pk_delegations PRIMARY KEY (id)
);
CREATE TABLE emergencies (
	id INTEGER NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	text TEXT NOT NULL, 
	zones JSON NOT NULL, 
	reason TEXT NOT NULL, 
	repeat_minutes INTEGER, 
	interrupted VARCHAR(32) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	source JSON, 
	cap_identifier VARCHAR(300), 
	recorded BOOLEAN NOT NULL, 
	quick_sha256 VARCHAR(64), 
	quick_ms INTEGER NOT NULL, 
	quick_voice VARCHAR(80) NOT NULL, 
	good_sha256 VARCHAR(64), 
	good_ms INTEGER NOT NULL, 
	good_voice VARCHAR(80) NOT NULL, 
	trouble TEXT NOT NULL, 
	created_by VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	confirmed_by VARCHAR(64) NOT NULL, 
	confirmed_at DATETIME, 
	ended_by VARCHAR(64) NOT NULL, 
	ended_at DATETIME, 
	end_reason TEXT NOT NULL, 
	replaced_by INTEGER, 
	finding VARCHAR(32), 
	review_note TEXT NOT NULL, 
	reviewed_by VARCHAR(64) NOT NULL, 
	reviewed_at DATETIME, 
	CONSTRAINT pk_emergencies PRIMARY KEY (id), 
	CONSTRAINT fk_emergencies_replaced_by_emergencies FOREIGN KEY(replaced_by) REFERENCES emergencies (id)
);
INSERT INTO "emergencies" VALUES(1,'Lũ về','Nước lũ đang lên. Mời bà con lên chỗ cao.','["am01"]','Công điện',120,'resume','cancelled','null',NULL,0,NULL,0,'',NULL,0,'','','vanhanh','2026-11-30 03:32:08.465158','vanhanh','2026-11-30 03:32:08.592059','vanhanh','2026-11-30 03:32:17.213801','Nước đã rút',NULL,NULL,'','',NULL);
CREATE TABLE hearings (
	id INTEGER NOT NULL, 
	rendition_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	file VARCHAR(300) NOT NULL, 
	share DOUBLE NOT NULL, 
	summary TEXT NOT NULL, 
	sentences JSON NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_hearings PRIMARY KEY (id), 
	CONSTRAINT ck_hearings_kind CHECK (kind IN ('rendition', 'recording', 'aircheck')), 
	CONSTRAINT fk_hearings_rendition_id_renditions FOREIGN KEY(rendition_id) REFERENCES renditions (id)
);
CREATE TABLE heartbeats (
	process VARCHAR(32) NOT NULL, 
	host VARCHAR(120) NOT NULL, 
	pid INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	status JSON NOT NULL, 
	CONSTRAINT pk_heartbeats PRIMARY KEY (process)
);
INSERT INTO "heartbeats" VALUES('playout','vm',9914,'2026-11-30 03:32:31.019605','{"on_air":[],"next":{"broadcast":9,"title":"Buổi chiều","kind":"once","starts_at":"2026-11-30T10:30:00+00:00","zones":["am01"],"items":3},"sinks":{"main":"ok","aircheck":"ok"},"hold":"","clock_doubted":false,"muted":[]}');
CREATE TABLE incidents (
	id INTEGER NOT NULL, 
	what VARCHAR(48) NOT NULL, 
	zone VARCHAR(32), 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_incidents PRIMARY KEY (id)
);
CREATE TABLE jobs (
	id INTEGER NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	"key" VARCHAR(120) NOT NULL, 
	arguments JSON NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	progress DOUBLE NOT NULL, 
	attempts INTEGER NOT NULL, 
	run_after DATETIME NOT NULL, 
	claimed_by VARCHAR(120), 
	claimed_at DATETIME, 
	finished_at DATETIME, 
	error TEXT NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_jobs PRIMARY KEY (id), 
	CONSTRAINT uq_jobs_kind_key UNIQUE (kind, "key")
);
INSERT INTO "jobs" VALUES(1,'plan','change','{}','wanted',0.0,0,'2026-11-30 03:29:15.852918',NULL,NULL,NULL,'','lanhdao','2026-11-30 03:29:15.852918');
INSERT INTO "jobs" VALUES(2,'emergency-voice','1','{"emergency":1}','wanted',0.0,0,'2026-11-30 03:32:08.474183',NULL,NULL,NULL,'','vanhanh','2026-11-30 03:32:08.474183');
CREATE TABLE leases (
	name VARCHAR(32) NOT NULL, 
	owner VARCHAR(120) NOT NULL, 
	until DATETIME NOT NULL, 
	waiting VARCHAR(120) DEFAULT '' NOT NULL, 
	waiting_at DATETIME, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
);
CREATE TABLE lexicon_entries (
	id INTEGER NOT NULL, 
	script_id INTEGER, 
	written VARCHAR(200) NOT NULL, 
	spoken TEXT NOT NULL, 
	mode VARCHAR(16) NOT NULL, 
	any_case BOOLEAN NOT NULL, 
	preceded_by JSON NOT NULL, 
	followed_by JSON NOT NULL, 
	valid_from DATE, 
	valid_until DATE, 
	respell JSON NOT NULL, 
	alternatives JSON NOT NULL, 
	note TEXT NOT NULL, 
	since INTEGER NOT NULL, 
	until INTEGER, 
	CONSTRAINT pk_lexicon_entries PRIMARY KEY (id), 
	CONSTRAINT ck_lexicon_entries_mode CHECK (mode IN ('expand', 'word', 'spell', 'leave')), 
	CONSTRAINT ck_lexicon_entries_until CHECK (until IS NULL OR until > since), 
	CONSTRAINT fk_lexicon_entries_script_id_scripts FOREIGN KEY(script_id) REFERENCES scripts (id), 
	CONSTRAINT fk_lexicon_entries_since_lexicon_versions FOREIGN KEY(since) REFERENCES lexicon_versions (number), 
	CONSTRAINT fk_lexicon_entries_until_lexicon_versions FOREIGN KEY(until) REFERENCES lexicon_versions (number)
);
CREATE TABLE lexicon_versions (
	number INTEGER NOT NULL, 
	script_id INTEGER, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_lexicon_versions PRIMARY KEY (number), 
	CONSTRAINT fk_lexicon_versions_script_id_scripts FOREIGN KEY(script_id) REFERENCES scripts (id)
);
CREATE TABLE play_log (
	seq INTEGER NOT NULL, 
	id VARCHAR(80) NOT NULL, 
	broadcast_id INTEGER, 
	broadcast_title VARCHAR(300) NOT NULL, 
	item_no INTEGER NOT NULL, 
	zone VARCHAR(32) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	script_id INTEGER, 
	revision INTEGER, 
	topic VARCHAR(64), 
	unit VARCHAR(32), 
	genre VARCHAR(32), 
	audio_sha256 VARCHAR(64), 
	planned_at DATETIME NOT NULL, 
	started_at DATETIME, 
	ended_at DATETIME, 
	duration_ms INTEGER NOT NULL, 
	heard_ms INTEGER NOT NULL, 
	outcome VARCHAR(32) NOT NULL, 
	reason TEXT NOT NULL, 
	actor VARCHAR(64) NOT NULL, 
	host VARCHAR(120) NOT NULL, 
	sink VARCHAR(64) NOT NULL, 
	voice VARCHAR(80), 
	corrects VARCHAR(80), 
	recorded_at DATETIME NOT NULL, 
	prev_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_play_log PRIMARY KEY (seq), 
	CONSTRAINT ck_play_log_heard CHECK (heard_ms >= 0 AND heard_ms <= duration_ms), 
	CONSTRAINT uq_play_log_id UNIQUE (id)
);
INSERT INTO "play_log" VALUES(1,'b1-1-am01',1,'Vào giữa chừng',1,'am01','script','Họp dân',2,1,'khac','vhxh','bulletin','a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab','2026-11-30 03:31:00.000000','2026-11-30 03:31:04.514989','2026-11-30 03:31:14.521779',14520,10008,'partial','Vào giữa chừng vì bắt đầu trễ.','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:31:14.552399','0000000000000000000000000000000000000000000000000000000000000000','d8ece4bf3ce95c3e955325c118fff33d03f732d0e2f82818b35bbb0c9d22948c');
INSERT INTO "play_log" VALUES(2,'b1-1-am02',1,'Vào giữa chừng',1,'am02','script','Họp dân',2,1,'khac','vhxh','bulletin','a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab','2026-11-30 03:31:00.000000','2026-11-30 03:31:04.514989','2026-11-30 03:31:14.521779',14520,10008,'partial','Vào giữa chừng vì bắt đầu trễ.','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:31:14.552399','d8ece4bf3ce95c3e955325c118fff33d03f732d0e2f82818b35bbb0c9d22948c','8a1775af178a8175c5f000c9536317bd25be6d1684ba76c6dac17658cc6cd8a6');
INSERT INTO "play_log" VALUES(3,'b12-1-aircheck',12,'Thử',1,'aircheck','trial','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:31:16.588459','2026-11-30 03:31:16.588624','2026-11-30 03:31:18.408621',1820,1820,'full','','tự động','vm','aircheck','tone:beep',NULL,'2026-11-30 03:31:18.404243','8a1775af178a8175c5f000c9536317bd25be6d1684ba76c6dac17658cc6cd8a6','bd97f8bd8018e79b4832498ae2695e003af5c78d0714740e5c824a619ef9c98a');
INSERT INTO "play_log" VALUES(4,'b13-1-am01',13,'Thử loa',1,'am01','cue','Chuông báo',NULL,NULL,NULL,NULL,NULL,'d87c98a3fdfc5b452e40a3400b5d10ede2a81c631083ee5feb5a349fcc39f918','2026-11-30 03:31:20.434468','2026-11-30 03:31:21.583924','2026-11-30 03:31:25.381288',3800,3800,'full','','tự động','vm','main',NULL,NULL,'2026-11-30 03:31:25.366321','bd97f8bd8018e79b4832498ae2695e003af5c78d0714740e5c824a619ef9c98a','ab1c1cb2191916a37c59c3d8287b51cd27b4db62ffb81979cbe45ef0a1bc148a');
INSERT INTO "play_log" VALUES(5,'b14-1-am01',14,'KHẨN CẤP: họp dân',1,'am01','script','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:31:27.396344','2026-11-30 03:31:27.434842','2026-11-30 03:31:29.251217',1820,1820,'full','','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:31:29.253582','ab1c1cb2191916a37c59c3d8287b51cd27b4db62ffb81979cbe45ef0a1bc148a','13b4f1a3d7373e3aaeb53f83409213356156ec94ccde44db9f166dbdadbc5caa');
INSERT INTO "play_log" VALUES(6,'b15-1-am01',15,'Bản tin bị chiếm loa',1,'am01','script','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:31:31.289754',NULL,NULL,1820,0,'failed','Đang phát buổi “KHẨN CẤP: họp dân”.','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:31:33.924365','13b4f1a3d7373e3aaeb53f83409213356156ec94ccde44db9f166dbdadbc5caa','840f76608be0084400774e1a3e987c7644cf685560d9ec3e83c8294c10321157');
INSERT INTO "play_log" VALUES(7,'b15-1-am02',15,'Bản tin bị chiếm loa',1,'am02','script','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:31:31.289754','2026-11-30 03:31:33.915088','2026-11-30 03:31:35.678955',1820,1820,'full','','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:31:35.663506','840f76608be0084400774e1a3e987c7644cf685560d9ec3e83c8294c10321157','735a0b30e09b77c05a96d5a46a8b8894ce6f14fad25830e95f1dfda0ede77a87');
INSERT INTO "play_log" VALUES(8,'b14-2-am01',14,'KHẨN CẤP: họp dân',2,'am01','script','Họp dân',2,1,'khac','vhxh','bulletin','a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab','2026-11-30 03:31:29.216344','2026-11-30 03:31:29.251323','2026-11-30 03:31:35.757219',14520,6520,'partial','vanhanh bấm dừng phát.','vanhanh','vm','main','tone:beep',NULL,'2026-11-30 03:31:35.760122','735a0b30e09b77c05a96d5a46a8b8894ce6f14fad25830e95f1dfda0ede77a87','57311911fcbbf15c4b77eb3cb4463ef47ba40f67753b1ac097e77bbe88a59cb3');
INSERT INTO "play_log" VALUES(9,'b16-1-am01',16,'KHẨN CẤP: họp dân (phần còn lại)',1,'am01','script','Họp dân',2,1,'khac','vhxh','bulletin','a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab','2026-11-30 03:31:47.000000','2026-11-30 03:31:47.004176','2026-11-30 03:32:01.520268',14520,14520,'full','','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:32:01.538968','57311911fcbbf15c4b77eb3cb4463ef47ba40f67753b1ac097e77bbe88a59cb3','bd955da2ae634f3f8710cc9437e5a6c6547185a2285213c72f3a904b1bf84e0a');
INSERT INTO "play_log" VALUES(10,'b17-1-am01',17,'Bản tin bị ngắt',1,'am01','script','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:32:03.603256','2026-11-30 03:32:06.648956','2026-11-30 03:32:08.447263',1820,1820,'full','','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:32:08.453153','bd955da2ae634f3f8710cc9437e5a6c6547185a2285213c72f3a904b1bf84e0a','8ceff01336d23fdd9afd2d5b13e1a1189baeb5758193c965e5091c1de590f822');
INSERT INTO "play_log" VALUES(11,'b17-1-am02',17,'Bản tin bị ngắt',1,'am02','script','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:32:03.603256','2026-11-30 03:32:06.648956','2026-11-30 03:32:08.447263',1820,1820,'full','','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:32:08.453153','8ceff01336d23fdd9afd2d5b13e1a1189baeb5758193c965e5091c1de590f822','9348e6256b92a052c6d4a264a922ddf4481491c3aed5a958a2ab0a4acd51d4dd');
INSERT INTO "play_log" VALUES(12,'b17-2-am01',17,'Bản tin bị ngắt',2,'am01','script','Họp dân',2,1,'khac','vhxh','bulletin','a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab','2026-11-30 03:32:05.423256','2026-11-30 03:32:08.450996','2026-11-30 03:32:08.783405',14520,340,'partial','Nhường sóng cho phát khẩn cấp.','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:32:08.768337','9348e6256b92a052c6d4a264a922ddf4481491c3aed5a958a2ab0a4acd51d4dd','5262ed4dbccdfddecd94d87d1a2d85a81b4752fbec71bea911a15644ae4ef51d');
INSERT INTO "play_log" VALUES(13,'b17-2-am02',17,'Bản tin bị ngắt',2,'am02','script','Họp dân',2,1,'khac','vhxh','bulletin','a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab','2026-11-30 03:32:05.423256','2026-11-30 03:32:08.450996','2026-11-30 03:32:08.783405',14520,340,'partial','Nhường sóng cho phát khẩn cấp.','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:32:08.768337','5262ed4dbccdfddecd94d87d1a2d85a81b4752fbec71bea911a15644ae4ef51d','ccc5a356ce163d9aad65657f27397bdc003a8524ccd5523b3a4edc5b633e8149');
INSERT INTO "play_log" VALUES(14,'b17-3-am01',17,'Bản tin bị ngắt',3,'am01','script','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:32:19.943256',NULL,NULL,1820,0,'missed','Nhường sóng cho phát khẩn cấp.','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:32:08.768337','ccc5a356ce163d9aad65657f27397bdc003a8524ccd5523b3a4edc5b633e8149','47f6acc124ef40b244e951e563f08f52ae1f1e7bc30dbaf80e3421f6f4c0ec4d');
INSERT INTO "play_log" VALUES(15,'b17-3-am02',17,'Bản tin bị ngắt',3,'am02','script','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:32:19.943256',NULL,NULL,1820,0,'missed','Nhường sóng cho phát khẩn cấp.','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:32:08.768337','47f6acc124ef40b244e951e563f08f52ae1f1e7bc30dbaf80e3421f6f4c0ec4d','1949e9c786c5266fca9d8f557fd4d4d55c74006d34b00a9ac095a499b487ce96');
INSERT INTO "play_log" VALUES(16,'b18-1-am01',18,'KHẨN CẤP: Lũ về',1,'am01','cue','Tín hiệu báo động',NULL,NULL,NULL,NULL,NULL,'18503ec308f1eb106f7361c5bb549d771fc69bc1ebff4043f4cf405626c7b1b2','2026-11-30 03:32:08.592059','2026-11-30 03:32:08.820465','2026-11-30 03:32:16.993984',8200,8200,'full','','tự động','vm','main',NULL,NULL,'2026-11-30 03:32:17.021969','1949e9c786c5266fca9d8f557fd4d4d55c74006d34b00a9ac095a499b487ce96','c3fd1747bc775830fe05527b22b0a75ff36444c2b7ab1e40bd78f44713469afc');
INSERT INTO "play_log" VALUES(17,'b19-1-am01',19,'Bản tin bị chiếm loa (phần bị ngắt)',1,'am01','script','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:32:19.078154','2026-11-30 03:32:19.082528','2026-11-30 03:32:20.898315',1820,1820,'full','','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:32:20.882680','c3fd1747bc775830fe05527b22b0a75ff36444c2b7ab1e40bd78f44713469afc','253d4a358b69a213f0b74fd5c969189aa2a6bfb938b8c14c6939935b19891a75');
INSERT INTO "play_log" VALUES(18,'b21-1-am02',21,'Nhắc lịch',1,'am02','live','Nhắc lịch',NULL,NULL,NULL,NULL,NULL,'13d49a605b8875bca727de888c4a2e61b87047ae5e1e03ba1517b20b810a538c','2026-11-30 03:32:17.262979','2026-11-30 03:32:22.968734','2026-11-30 03:32:23.690895',1000,1000,'full','','tự động','vm','main',NULL,NULL,'2026-11-30 03:32:23.848478','253d4a358b69a213f0b74fd5c969189aa2a6bfb938b8c14c6939935b19891a75','71e312cc4dc7fe814fb65b2f491010af13e6331e0cf97eb7bc50a8b7a796826e');
INSERT INTO "play_log" VALUES(19,'b22-1-am02',22,'Bỏ qua',1,'am02','script','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:32:25.927809',NULL,NULL,1820,0,'missed','vanhanh bỏ buổi này.','vanhanh','vm','main','tone:beep',NULL,'2026-11-30 03:32:24.103014','71e312cc4dc7fe814fb65b2f491010af13e6331e0cf97eb7bc50a8b7a796826e','7a939640fcfbc21ccf935004af5b8e85dea0a8f70594d36cc592d717558f2c12');
INSERT INTO "play_log" VALUES(20,'b23-1-am02',23,'Còn mở',1,'am02','script','Lịch tiêm chủng',1,1,'khac','vhxh','bulletin','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6','2026-11-30 03:32:26.161063','2026-11-30 03:32:29.192470','2026-11-30 03:32:30.983286',1820,1820,'full','','tự động','vm','main','tone:beep',NULL,'2026-11-30 03:32:30.988347','7a939640fcfbc21ccf935004af5b8e85dea0a8f70594d36cc592d717558f2c12','db1a5e1ddfb169e8acc47c66ee13552c35f18220bc5a509de4badc7504fed06c');
CREATE TABLE proofs (
	id INTEGER NOT NULL, 
	activity_id INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	media_type VARCHAR(100) NOT NULL, 
	size INTEGER NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_proofs PRIMARY KEY (id), 
	CONSTRAINT fk_proofs_activity_id_activities FOREIGN KEY(activity_id) REFERENCES activities (id), 
	CONSTRAINT uq_proofs_activity_id_sha256 UNIQUE (activity_id, sha256)
);
CREATE TABLE "renditions" (
	id INTEGER NOT NULL, 
	revision_id INTEGER NOT NULL, 
	spoken_text TEXT NOT NULL, 
	spoken_sha256 VARCHAR(64) NOT NULL, 
	lexicon_version VARCHAR(64) NOT NULL, 
	voice VARCHAR(80) NOT NULL, 
	engine_version VARCHAR(120) NOT NULL, 
	audio_sha256 VARCHAR(64) NOT NULL, 
	duration_ms INTEGER NOT NULL, 
	lufs DOUBLE NOT NULL, 
	dbtp DOUBLE NOT NULL, 
	cues JSON NOT NULL, 
	notes JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	rate DOUBLE, 
	CONSTRAINT pk_renditions PRIMARY KEY (id), 
	CONSTRAINT ck_renditions_duration CHECK (duration_ms > 0), 
	CONSTRAINT fk_renditions_revision_id_revisions FOREIGN KEY(revision_id) REFERENCES revisions (id)
);
INSERT INTO "renditions" VALUES(1,1,'Sáng mai trạm y tế tiêm chủng.','c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89','e65ce22a2826f86458c40feb9c10dd2cd04a83098e35c02a0abb9c576688e3da','tone:beep','tone-1','612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6',1820,-16.0,-8.2,'[{"text":"Sáng mai trạm y tế tiêm chủng.","start_ms":150,"end_ms":1520}]','[]','2026-11-30 03:29:15.800693',1.0);
INSERT INTO "renditions" VALUES(2,2,'Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân.','6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c','e65ce22a2826f86458c40feb9c10dd2cd04a83098e35c02a0abb9c576688e3da','tone:beep','tone-1','a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab',14520,-16.0,-8.2,'[{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":150,"end_ms":2120},{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":2570,"end_ms":4540},{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":4990,"end_ms":6960},{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":7410,"end_ms":9380},{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":9830,"end_ms":11800},{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":12250,"end_ms":14220}]','[]','2026-11-30 03:29:16.560162',1.0);
CREATE TABLE "reports" (
	id INTEGER NOT NULL, 
	period VARCHAR(40) NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	first DATE NOT NULL, 
	last DATE NOT NULL, 
	figures JSON NOT NULL, 
	entries_to INTEGER NOT NULL, 
	last_hash VARCHAR(64) NOT NULL, 
	files JSON NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	content JSON DEFAULT '{}' NOT NULL, 
	content_sha256 VARCHAR(64) DEFAULT '' NOT NULL, 
	entries_from INTEGER DEFAULT '0' NOT NULL, 
	issued_number VARCHAR(60) DEFAULT '' NOT NULL, 
	issued_on DATE, 
	CONSTRAINT pk_reports PRIMARY KEY (id)
);
CREATE TABLE revisions (
	id INTEGER NOT NULL, 
	script_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	body_sha256 VARCHAR(64) NOT NULL, 
	author VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_revisions PRIMARY KEY (id), 
	CONSTRAINT fk_revisions_script_id_scripts FOREIGN KEY(script_id) REFERENCES scripts (id), 
	CONSTRAINT uq_revisions_script_id_number UNIQUE (script_id, number)
);
INSERT INTO "revisions" VALUES(1,1,1,'Sáng mai trạm y tế tiêm chủng.','c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89','bientap','2026-11-30 03:29:14.516333');
INSERT INTO "revisions" VALUES(2,2,1,'Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân.','6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c','bientap','2026-11-30 03:29:15.881525');
CREATE TABLE rotations (
	id INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	definition JSON NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	applied_by VARCHAR(64) NOT NULL, 
	applied_at DATETIME NOT NULL, 
	retired_at DATETIME, 
	CONSTRAINT pk_rotations PRIMARY KEY (id), 
	CONSTRAINT uq_rotations_code_version UNIQUE (code, version)
);
INSERT INTO "rotations" VALUES(1,'thu',1,'Lịch thử','{"rotation":{"code":"thu","title":"Lịch thử","valid_from":"2026-01-01"},"slot":[{"code":"vao-giua","title":"Vào giữa chừng","start":"10:31","max_minutes":2,"zones":["am01","am02"],"late":"join","item":[{"kind":"script","script":2}]},{"code":"chieu","title":"Buổi chiều","start":"17:00","max_minutes":20,"zones":["am01"],"item":[{"kind":"cue","cue":"nhac-hieu"},{"kind":"fill","max_items":2}]}]}','0633bf2226e2cb9064870a923f0d41e6f68c6549eeae9fcafb08bf0b7596309c','thử','2026-11-30 03:29:16.724270',NULL);
CREATE TABLE script_drafts (
	id VARCHAR(32) NOT NULL, 
	script_id INTEGER, 
	username VARCHAR(64) NOT NULL, 
	tab VARCHAR(32) NOT NULL, 
	serial INTEGER NOT NULL, 
	base INTEGER, 
	fields JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT pk_script_drafts PRIMARY KEY (id), 
	CONSTRAINT fk_script_drafts_script_id_scripts FOREIGN KEY(script_id) REFERENCES scripts (id)
);
CREATE TABLE scripts (
	id INTEGER NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	folded TEXT NOT NULL, 
	unit_code VARCHAR(32) NOT NULL, 
	topic_code VARCHAR(64) NOT NULL, 
	genre VARCHAR(32) NOT NULL, 
	priority VARCHAR(32) NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	valid_from DATE, 
	valid_to DATE, 
	verify JSON NOT NULL, 
	source_name VARCHAR(300), 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, lowered TEXT DEFAULT '' NOT NULL, title_key TEXT DEFAULT '' NOT NULL, voice VARCHAR(80), rate DOUBLE, kept JSON DEFAULT '[]' NOT NULL, airings INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_scripts PRIMARY KEY (id), 
	CONSTRAINT fk_scripts_topic_code_topics FOREIGN KEY(topic_code) REFERENCES topics (code), 
	CONSTRAINT fk_scripts_unit_code_units FOREIGN KEY(unit_code) REFERENCES units (code)
);
INSERT INTO "scripts" VALUES(1,'Lịch tiêm chủng','lich tiem chung
sang mai tram y te tiem chung.','vhxh','khac','bulletin','normal','approved',NULL,NULL,'[]',NULL,'2026-11-30 03:29:14.516333','2026-11-30 03:29:15.836321','lịch tiêm chủng
sáng mai trạm y tế tiêm chủng.','3f73f43ec3f30204013f43f03f80203ec3f34023f93f20000500000000002000004c1ecb0063006800200074006900ea006d0020006300681ee7006e0067',NULL,NULL,'[]',0);
INSERT INTO "scripts" VALUES(2,'Họp dân','hop dan
kinh moi ba con toi nha van hoa hop dan. kinh moi ba con toi nha van hoa hop dan. kinh moi ba con toi nha van hoa hop dan. kinh moi ba con toi nha van hoa hop dan. kinh moi ba con toi nha van hoa hop dan. kinh moi ba con toi nha van hoa hop dan.','vhxh','khac','bulletin','normal','approved',NULL,NULL,'[]',NULL,'2026-11-30 03:29:15.881525','2026-11-30 03:29:16.573377','họp dân
kính mời bà con tới nhà văn hóa họp dân. kính mời bà con tới nhà văn hóa họp dân. kính mời bà con tới nhà văn hóa họp dân. kính mời bà con tới nhà văn hóa họp dân. kính mời bà con tới nhà văn hóa họp dân. kính mời bà con tới nhà văn hóa họp dân.','3f33fa3fd0203ed3ea3f90000500000000481ecd00700020006400e2006e',NULL,NULL,'[]',0);
CREATE TABLE sign_ins (
	id VARCHAR(32) NOT NULL, 
	user_id INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	began_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	address VARCHAR(64) NOT NULL, 
	browser VARCHAR(200) NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_sign_ins PRIMARY KEY (id), 
	CONSTRAINT fk_sign_ins_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE stale_marks (
	id INTEGER NOT NULL, 
	script_id INTEGER NOT NULL, 
	approval_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	hold BOOLEAN NOT NULL, 
	changes JSON NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	cleared_at DATETIME, 
	CONSTRAINT pk_stale_marks PRIMARY KEY (id), 
	CONSTRAINT fk_stale_marks_script_id_scripts FOREIGN KEY(script_id) REFERENCES scripts (id), 
	CONSTRAINT fk_stale_marks_approval_id_approvals FOREIGN KEY(approval_id) REFERENCES approvals (id), 
	CONSTRAINT fk_stale_marks_version_lexicon_versions FOREIGN KEY(version) REFERENCES lexicon_versions (number)
);
CREATE TABLE topics (
	code VARCHAR(64) NOT NULL, 
	title TEXT NOT NULL, 
	short VARCHAR(120) NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_topics PRIMARY KEY (code)
);
INSERT INTO "topics" VALUES('y-nghia-chi-dao','Tầm quan trọng, ý nghĩa, mục tiêu của cải cách hành chính; chủ trương, chính sách và chỉ đạo; trách nhiệm người đứng đầu','Ý nghĩa, chỉ đạo',0);
INSERT INTO "topics" VALUES('ket-qua-chi-so','Kết quả Chỉ số cải cách hành chính (PAR INDEX), Chỉ số hài lòng (SIPAS), Quản trị và hành chính công (PAPI)','Kết quả chỉ số',1);
INSERT INTO "topics" VALUES('thu-tuc-truc-tuyen','Kết quả giải quyết thủ tục hành chính; hồ sơ trực tuyến toàn trình và một phần','Thủ tục, dịch vụ công trực tuyến',2);
INSERT INTO "topics" VALUES('cai-thien-chi-so','Cải thiện các chỉ số PAR INDEX, SIPAS, PCI, PAPI, DTI, PII; môi trường đầu tư kinh doanh, hỗ trợ doanh nghiệp','Cải thiện chỉ số, đầu tư',3);
INSERT INTO "topics" VALUES('chinh-quyen-so','Chính quyền điện tử, chính quyền số, chuyển đổi số; Đề án 06/CP; Nghị quyết số 57-NQ/TW','Chính quyền số',4);
INSERT INTO "topics" VALUES('mo-hinh-sang-kien','Mô hình, sáng kiến, cách làm hay, gương điển hình tiên tiến','Mô hình, sáng kiến',5);
INSERT INTO "topics" VALUES('mot-cua','Cơ chế một cửa, một cửa liên thông (Nghị định số 118/2025/NĐ-CP, Nghị định số 367/2025/NĐ-CP); Nghị quyết số 66/NQ-CP','Một cửa, cắt giảm thủ tục',6);
INSERT INTO "topics" VALUES('phan-dinh-tham-quyen','Phân định thẩm quyền của chính quyền địa phương hai cấp trong thực hiện thủ tục hành chính','Thẩm quyền hai cấp',7);
INSERT INTO "topics" VALUES('che-do-cong-vu','Cải cách chế độ công vụ: tuyển dụng, quản lý, sử dụng, khen thưởng, kỷ luật; quyền, nghĩa vụ, trách nhiệm','Chế độ công vụ',8);
INSERT INTO "topics" VALUES('khau-hieu','Pano, các khẩu hiệu cải cách hành chính được phê duyệt','Khẩu hiệu, pano',9);
INSERT INTO "topics" VALUES('khac','Nội dung khác của đài (lời xướng, lời kết, thông báo ngoài kế hoạch)','Khác',10);
CREATE TABLE unit_parts (
	id INTEGER NOT NULL, 
	unit_code VARCHAR(32) NOT NULL, 
	first DATE NOT NULL, 
	last DATE NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	body TEXT NOT NULL, 
	comment TEXT NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	updated_at DATETIME NOT NULL, 
	decided_by VARCHAR(64), 
	decided_at DATETIME, 
	CONSTRAINT pk_unit_parts PRIMARY KEY (id), 
	CONSTRAINT fk_unit_parts_unit_code_units FOREIGN KEY(unit_code) REFERENCES units (code), 
	CONSTRAINT uq_unit_parts_unit_code_first_last UNIQUE (unit_code, first, last)
);
CREATE TABLE units (
	code VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_units PRIMARY KEY (code)
);
INSERT INTO "units" VALUES('vp','Văn phòng Hội đồng nhân dân và Ủy ban nhân dân','office');
INSERT INTO "units" VALUES('vhxh','Phòng Văn hóa - Xã hội','office');
INSERT INTO "units" VALUES('kt','Phòng Kinh tế','office');
INSERT INTO "units" VALUES('tt-hcc','Trung tâm Phục vụ hành chính công','office');
INSERT INTO "units" VALUES('cong-an','Công an xã','armed');
INSERT INTO "units" VALUES('quan-su','Ban Chỉ huy Quân sự xã','armed');
INSERT INTO "units" VALUES('tram-y-te','Trạm Y tế','service');
INSERT INTO "units" VALUES('truong-hoc','Trường học trên địa bàn xã','service');
INSERT INTO "units" VALUES('dang-uy','Đảng ủy xã','party');
INSERT INTO "units" VALUES('mat-tran','Ủy ban Mặt trận Tổ quốc Việt Nam xã','union');
INSERT INTO "units" VALUES('hoi-nong-dan','Hội Nông dân xã','union');
INSERT INTO "units" VALUES('hoi-phu-nu','Hội Liên hiệp Phụ nữ xã','union');
INSERT INTO "units" VALUES('doan-thanh-nien','Đoàn Thanh niên Cộng sản Hồ Chí Minh xã','union');
INSERT INTO "units" VALUES('hoi-ccb','Hội Cựu chiến binh xã','union');
CREATE TABLE users (
	id INTEGER NOT NULL, 
	username VARCHAR(64) NOT NULL, 
	full_name VARCHAR(200) NOT NULL, 
	unit_code VARCHAR(32), 
	roles JSON NOT NULL, 
	password_hash VARCHAR(300) NOT NULL, 
	must_change BOOLEAN NOT NULL, 
	session_epoch INTEGER NOT NULL, 
	failures INTEGER NOT NULL, 
	locked_until DATETIME, 
	last_seen_at DATETIME, 
	disabled_at DATETIME, 
	created_at DATETIME NOT NULL, totp_secret VARCHAR(64), totp_last INTEGER DEFAULT '0' NOT NULL, recovery_hashes JSON DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT fk_users_unit_code_units FOREIGN KEY(unit_code) REFERENCES units (code), 
	CONSTRAINT uq_users_username UNIQUE (username)
);
CREATE TABLE zone_groups (
	code VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	members JSON NOT NULL, 
	CONSTRAINT pk_zone_groups PRIMARY KEY (code)
);
INSERT INTO "zone_groups" VALUES('trung-tam','Khu trung tâm xã','["am01","am02","am03"]');
INSERT INTO "zone_groups" VALUES('dong','Các ấp phía đông','["am04","am05","am06"]');
INSERT INTO "zone_groups" VALUES('tay','Các ấp phía tây','["am07","am08","am09"]');
INSERT INTO "zone_groups" VALUES('ven-song','Các ấp ven sông','["am10","am11","am12"]');
INSERT INTO "zone_groups" VALUES('can-giu-yen','Gần trường học, trạm y tế','["am03","am08"]');
CREATE TABLE zone_notes (
	id INTEGER NOT NULL, 
	zone VARCHAR(32) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	at DATETIME NOT NULL, 
	text TEXT NOT NULL, 
	"by" VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	closed_by VARCHAR(64), 
	answer TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_zone_notes PRIMARY KEY (id), 
	CONSTRAINT ck_zone_notes_kind CHECK (kind IN ('repair', 'noise'))
);
CREATE TABLE zones (
	code VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	place VARCHAR(300) NOT NULL, 
	sink VARCHAR(64) NOT NULL, 
	volume INTEGER NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	position INTEGER NOT NULL, latitude DOUBLE, longitude DOUBLE, device VARCHAR(32) DEFAULT 'horn' NOT NULL, condition VARCHAR(32) DEFAULT 'good' NOT NULL, volume_bands JSON DEFAULT '[]' NOT NULL, bass DOUBLE DEFAULT '0' NOT NULL, treble DOUBLE DEFAULT '0' NOT NULL, gain DOUBLE DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_zones PRIMARY KEY (code), 
	CONSTRAINT ck_zones_volume CHECK (volume BETWEEN 0 AND 100)
);
INSERT INTO "zones" VALUES('am01','Cụm loa ấp Mẫu 1','Trụ sở Ủy ban nhân dân xã','main',80,1,0,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am02','Cụm loa ấp Mẫu 2','Chợ xã','main',75,1,1,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am03','Cụm loa ấp Mẫu 3','Trường học','main',70,1,2,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am04','Cụm loa ấp Mẫu 4','Trụ sở ấp','main',90,1,3,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am05','Cụm loa ấp Mẫu 5','Nhà văn hóa ấp','main',90,1,4,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am06','Cụm loa ấp Mẫu 6','Trụ sở ấp','main',95,1,5,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am07','Cụm loa ấp Mẫu 7','Trụ sở ấp','main',90,1,6,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am08','Cụm loa ấp Mẫu 8','Trạm y tế','main',70,1,7,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am09','Cụm loa ấp Mẫu 9','Trụ sở ấp','main',100,1,8,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am10','Cụm loa ấp Mẫu 10','Bến đò','main',100,1,9,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am11','Cụm loa ấp Mẫu 11','Nhà văn hóa ấp','main',95,1,10,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
INSERT INTO "zones" VALUES('am12','Cụm loa ấp Mẫu 12','Trụ sở ấp','main',100,1,11,NULL,NULL,'horn','good','[]',0.0,0.0,0.0);
CREATE INDEX ix_audit_events_at ON audit_events (at);
CREATE INDEX ix_audit_events_object ON audit_events (object_kind, object_id);
CREATE INDEX ix_commands_done_at ON commands (done_at);
CREATE INDEX ix_incidents_what ON incidents (what);
CREATE INDEX ix_jobs_state_run_after ON jobs (state, run_after);
CREATE INDEX ix_play_log_broadcast_id ON play_log (broadcast_id);
CREATE INDEX ix_scripts_state ON scripts (state);
CREATE INDEX ix_scripts_topic_code ON scripts (topic_code);
CREATE INDEX ix_approvals_script_id ON approvals (script_id);
CREATE TRIGGER play_log_no_update BEFORE UPDATE ON play_log BEGIN SELECT RAISE(ABORT, 'play_log is append-only'); END;
CREATE TRIGGER play_log_no_delete BEFORE DELETE ON play_log BEGIN SELECT RAISE(ABORT, 'play_log is append-only'); END;
CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;
CREATE TRIGGER approvals_no_update BEFORE UPDATE ON approvals BEGIN SELECT RAISE(ABORT, 'approvals is append-only'); END;
CREATE TRIGGER approvals_no_delete BEFORE DELETE ON approvals BEGIN SELECT RAISE(ABORT, 'approvals is append-only'); END;
CREATE TRIGGER revisions_no_update BEFORE UPDATE ON revisions BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
CREATE INDEX ix_broadcasts_starts_at ON broadcasts (starts_at);
CREATE INDEX ix_broadcasts_state_starts_at ON broadcasts (state, starts_at);
CREATE INDEX ix_zone_notes_zone ON zone_notes (zone);
CREATE INDEX ix_sign_ins_user_id ON sign_ins (user_id);
CREATE INDEX ix_emergencies_state ON emergencies (state);
CREATE INDEX ix_emergencies_cap_identifier ON emergencies (cap_identifier);
CREATE INDEX ix_broadcasts_emergency_id ON broadcasts (emergency_id);
CREATE INDEX ix_lexicon_entries_scope ON lexicon_entries (script_id, until);
CREATE INDEX ix_stale_marks_approval ON stale_marks (approval_id);
CREATE INDEX ix_stale_marks_script_id ON stale_marks (script_id);
CREATE INDEX ix_script_drafts_owner ON script_drafts (username, script_id);
CREATE INDEX ix_delegations_deputy ON delegations (deputy);
CREATE INDEX ix_scripts_title_key ON scripts (title_key);
CREATE INDEX ix_campaigns_state ON campaigns (state);
CREATE INDEX ix_activities_day ON activities (day);
CREATE INDEX ix_play_log_planned_at ON play_log (planned_at, outcome, heard_ms);
CREATE INDEX ix_play_log_zone ON play_log (zone, outcome, seq);
CREATE INDEX ix_play_log_corrects ON play_log (corrects);
CREATE INDEX ix_hearings_rendition ON hearings (rendition_id);
CREATE INDEX ix_renditions_revision ON renditions (revision_id);
CREATE TRIGGER renditions_no_update BEFORE UPDATE ON renditions BEGIN SELECT RAISE(ABORT, 'renditions is append-only'); END;
CREATE TRIGGER renditions_no_delete BEFORE DELETE ON renditions BEGIN SELECT RAISE(ABORT, 'renditions is append-only'); END;
COMMIT;
