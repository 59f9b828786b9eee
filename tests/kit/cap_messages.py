"""CAP 1.2 messages about places that do not exist, written out and made up by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from hypothesis import strategies as st

STORM = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>VN-KTTV-2026-0005</identifier>
  <sender>canh-bao@kttv.mau.example</sender>
  <sent>2026-03-04T16:30:00+07:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>en-US</language>
    <category>Met</category>
    <event>Tropical storm</event>
    <urgency>Expected</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <headline>Storm No. 5</headline>
  </info>
  <info>
    <language>vi-VN</language>
    <category>Met</category>
    <category>Safety</category>
    <event>Bão</event>
    <responseType>Prepare</responseType>
    <urgency>Expected</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <eventCode><valueName>KTTV</valueName><value>BAO-5</value></eventCode>
    <expires>2026-03-06T07:00:00+07:00</expires>
    <senderName>Đài Khí tượng Thủy văn Mẫu</senderName>
    <headline>Bão số 5 đang vào gần bờ</headline>
    <description>Gió mạnh cấp 9, giật cấp 11. Mưa to từ đêm nay.</description>
    <instruction>Bà con chằng chống nhà cửa, không ra khơi</instruction>
    <parameter><valueName>cap-do</valueName><value>3</value></parameter>
    <resource><resourceDesc>Bản đồ</resourceDesc><mimeType>image/png</mimeType><size>20480</size></resource>
    <area>
      <areaDesc>Vùng ven biển tỉnh Mẫu</areaDesc>
      <polygon>10.1,105.1 10.2,105.1 10.2,105.2 10.1,105.1</polygon>
      <circle>10.15,105.15 12.5</circle>
      <geocode><valueName>xa</valueName><value>mau</value></geocode>
      <altitude>0</altitude>
    </area>
  </info>
</alert>
"""

FLOOD = """<?xml version="1.0" encoding="UTF-8"?>
<cap:alert xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="urn:oasis:names:tc:emergency:cap:1.2 http://127.0.0.1:9/CAP-v1.2.xsd">
  <!-- bản tin thứ hai của đợt lũ -->
  <cap:identifier>MAU-LU-2026-10-18-02</cap:identifier>
  <cap:sender>truc-ban@pctt.mau.example</cap:sender>
  <cap:sent>2026-10-18T21:05:00+07:00</cap:sent>
  <cap:status>Actual</cap:status>
  <cap:msgType>Update</cap:msgType>
  <cap:source>Trạm thủy văn Mẫu</cap:source>
  <cap:scope>Public</cap:scope>
  <cap:code>lu</cap:code>
  <cap:note>Thay bản tin lúc 17 giờ</cap:note>
  <cap:references>truc-ban@pctt.mau.example,MAU-LU-2026-10-18-01,2026-10-18T17:00:00+07:00</cap:references>
  <cap:incidents>lu-song-mau</cap:incidents>
  <cap:info>
    <cap:language>vi-VN</cap:language>
    <cap:category>Met</cap:category>
    <cap:category>Safety</cap:category>
    <cap:event>Lũ khẩn cấp</cap:event>
    <cap:responseType>Evacuate</cap:responseType>
    <cap:responseType>Monitor</cap:responseType>
    <cap:urgency>Immediate</cap:urgency>
    <cap:severity>Extreme</cap:severity>
    <cap:certainty>Observed</cap:certainty>
    <cap:audience>Người dân ven sông Mẫu</cap:audience>
    <cap:eventCode><cap:valueName>cap-bao-dong</cap:valueName><cap:value>3</cap:value></cap:eventCode>
    <cap:effective>2026-10-18T21:05:00+07:00</cap:effective>
    <cap:onset>2026-10-18T23:00:00+07:00</cap:onset>
    <cap:expires>2026-10-19T24:00:00+07:00</cap:expires>
    <cap:senderName>Ban chỉ huy Phòng thủ dân sự tỉnh Mẫu</cap:senderName>
    <cap:headline>Lũ trên sông Mẫu vượt báo động 3</cap:headline>
    <cap:description>Lúc 21 giờ, mực nước 4,52 m, trên báo động 3 là 0,32 m, còn lên.
      Nước sẽ tràn các đường thấp từ 23 giờ.</cap:description>
    <cap:instruction>Bà con ở bãi sông di dời ngay lên trường học. Không qua ngầm, tràn. <![CDATA[Gọi 112 khi cần cứu.]]></cap:instruction>
    <cap:web>https://pctt.mau.example/lu/02</cap:web>
    <cap:contact>Trực ban 24/24</cap:contact>
    <cap:parameter><cap:valueName>muc-nuoc-m</cap:valueName><cap:value>4.52</cap:value></cap:parameter>
    <cap:resource>
      <cap:resourceDesc>Bản đồ ngập</cap:resourceDesc>
      <cap:mimeType>image/png</cap:mimeType>
      <cap:size>68</cap:size>
      <cap:uri>ban-do.png</cap:uri>
      <cap:derefUri>iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB4iG8MwAAAABJRU5ErkJggg==</cap:derefUri>
      <cap:digest>da39a3ee5e6b4b0d3255bfef95601890afd80709</cap:digest>
    </cap:resource>
    <cap:area>
      <cap:areaDesc>Các xã ven sông Mẫu</cap:areaDesc>
      <cap:polygon>
        10.10,105.10
        10.20,105.10 10.20,105.25
        10.10,105.10
      </cap:polygon>
      <cap:circle>10.15,105.15 0</cap:circle>
      <cap:geocode><cap:valueName>xa</cap:valueName><cap:value>mau-1</cap:value></cap:geocode>
      <cap:geocode><cap:valueName>xa</cap:valueName><cap:value>mau-2</cap:value></cap:geocode>
      <cap:altitude>0</cap:altitude>
      <cap:ceiling>30.5</cap:ceiling>
    </cap:area>
  </cap:info>
</cap:alert>
"""
"""Every element of the schema but restriction and addresses, under a prefix."""

LANDSLIDE = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>MAU-SATLO-7</identifier><sender>dia-chat@mau.example</sender>
  <sent>2026-09-30T03:40:00-00:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Restricted</scope>
  <restriction>Chỉ lãnh đạo và đài các xã vùng núi</restriction>
  <addresses>"Đài xã Mẫu" "Đài xã Thử"</addresses>
  <info><language>vi</language><category>Geo</category><event>Sạt lở đất</event><urgency>Expected</urgency>
    <severity>Severe</severity><certainty>Possible</certainty><headline>Nguy cơ sạt lở ở các bản cao</headline>
    <instruction>Thấy nước suối đục, đất nứt thì rời nhà ngay.</instruction>
    <area><areaDesc>Các bản vùng cao</areaDesc></area></info>
  <Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>
    <CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>
    <SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/>
    <Reference URI=""><DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><DigestValue>AAAA</DigestValue></Reference>
  </SignedInfo><SignatureValue>AAAA</SignatureValue></Signature>
</alert>
"""

DRILL = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>DT-HO-CHUA-1</identifier><sender>ho-chua@mau.example</sender>
<sent>2026-05-15T08:00:00+07:00</sent><status>Exercise</status><msgType>Alert</msgType><scope>Private</scope>
<addresses>dai-xa@mau.example</addresses><note>Diễn tập</note>
<info><category>Infra</category><category>Safety</category><event>Xả lũ hồ chứa</event><responseType>Prepare</responseType>
<urgency>Future</urgency><severity>Moderate</severity><certainty>Likely</certainty><headline></headline>
<description>Hồ Mẫu xả 200 m3/s từ 10 giờ.</description></info></alert>
"""

CANCEL = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>MAU-LU-2026-10-18-03</identifier>
<sender>truc-ban@pctt.mau.example</sender><sent>2026-10-19T09:00:00+07:00</sent><status>Actual</status>
<msgType>Cancel</msgType><scope>Public</scope><note>Nước đã rút dưới báo động 1</note>
<references>truc-ban@pctt.mau.example,MAU-LU-2026-10-18-02,2026-10-18T21:05:00+07:00</references></alert>
"""

ALL = {"storm": STORM, "flood": FLOOD, "landslide": LANDSLIDE, "drill": DRILL, "cancel": CANCEL}


@dataclass(frozen=True)
class MadeUpInfo:
    """One info, as it was meant."""

    language: str
    headline: str
    description: str
    instruction: str
    areas: tuple[str, ...]
    response: str
    urgency: str
    severity: str
    expires: str

    def xml(self) -> str:
        """It as CAP 1.2 wants it."""
        areas = "".join(f"<area><areaDesc>{escape(a)}</areaDesc></area>" for a in self.areas)
        return (
            f"<info><language>{self.language}</language><category>Met</category><event>Bão</event>"
            f"<responseType>{self.response}</responseType><urgency>{self.urgency}</urgency>"
            f"<severity>{self.severity}</severity><certainty>Likely</certainty>"
            f"<effective>2026-03-04T16:30:00+07:00</effective>{self.expires and f'<expires>{self.expires}</expires>'}"
            f"<headline>{escape(self.headline)}</headline><description>{escape(self.description)}</description>"
            f"<instruction>{escape(self.instruction)}</instruction>{areas}</info>"
        )


@dataclass(frozen=True)
class MadeUp:
    """A message, as it was meant."""

    kind: str
    infos: tuple[MadeUpInfo, ...]

    def xml(self) -> str:
        """It as CAP 1.2 wants it."""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
            "<identifier>MAU-9</identifier><sender>tin@mau.example</sender><sent>2026-03-04T16:30:00+07:00</sent>"
            f"<status>Actual</status><msgType>{self.kind}</msgType><scope>Public</scope>"
            "<references>tin@mau.example,MAU-8,2026-03-04T16:00:00+07:00</references>"
            f"{''.join(i.xml() for i in self.infos)}</alert>"
        )


_WORDS = st.lists(
    st.sampled_from(["bão", "lũ", "nước", "lên", "gió", "mạnh", "<", "&", ">", "“nhà”", "5", "m/s"]),
    min_size=1,
    max_size=6,
).map(" ".join)
_MOMENTS = st.sampled_from(["", "2099-03-06T07:00:00+07:00", "2098-01-01T00:00:00-00:00", "2099-12-31T24:00:00+07:00"])


def messages() -> st.SearchStrategy[MadeUp]:
    """Messages with one info or several, of one language or several, warning or over."""
    info = st.builds(
        MadeUpInfo,
        language=st.sampled_from(["vi-VN", "vi", "en-US", "zh-TW"]),
        headline=_WORDS,
        description=_WORDS,
        instruction=_WORDS,
        areas=st.lists(_WORDS, max_size=2).map(tuple),
        response=st.sampled_from(["Evacuate", "Monitor", "AllClear", "None"]),
        urgency=st.sampled_from(["Immediate", "Past", "Unknown"]),
        severity=st.sampled_from(["Extreme", "Minor"]),
        expires=_MOMENTS,
    )
    infos = st.lists(info, min_size=1, max_size=4).map(tuple)
    return st.builds(MadeUp, kind=st.sampled_from(["Alert", "Update", "Cancel"]), infos=infos)


BREACHES: dict[str, Callable[[str], str]] = {
    "zulu": lambda t: t.replace("2026-03-04T16:30:00+07:00</sent>", "2026-03-04T09:30:00Z</sent>"),
    "fraction": lambda t: t.replace("16:30:00+07:00</effective>", "16:30:00.250+07:00</effective>"),
    "no colon": lambda t: t.replace("07:00:00+07:00</expires>", "07:00:00+0700</expires>"),
    "case": lambda t: t.replace(">Actual<", ">ACTUAL<").replace(">Minor<", "> minor <"),
    "order": lambda t: t.replace("<scope>Public</scope>", "").replace(
        "<identifier>", "<scope>Public</scope><identifier>"
    ),
    "attribute": lambda t: t.replace("<info>", '<info id="a">'),
    "stranger": lambda t: t.replace("</scope>", '</scope><m:x xmlns:m="urn:mau">1</m:x>'),
    "blank lines": lambda t: f"\n \n{t}",
    "wrapped": lambda t: (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{t.strip().partition("?>")[2]}</entry></feed>'
    ),
    "circle": lambda t: t.replace("</areaDesc>", "</areaDesc><circle>đâu đó</circle>"),
}
"""Harmless ways of breaking the standard, each from the text of a right message."""
