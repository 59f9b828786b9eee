"""CAP 1.2 messages about places that do not exist."""

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
