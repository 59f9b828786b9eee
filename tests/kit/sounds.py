"""Tones and speech as samples."""

from __future__ import annotations

import functools

import numpy as np

from broadcaster.speech.espeak import EspeakEngine

ONE = (
    "ủy ban nhân dân xã thông báo lịch tiêm phòng cho đàn gia súc gia cầm trên địa bàn xã bắt đầu từ ngày mùng năm "
    "tháng ba tại nhà văn hóa các ấp đề nghị bà con đưa vật nuôi đến đúng giờ"
)

TWO = (
    "phòng văn hóa xã hội mời bà con tham dự buổi tuyên truyền cải cách hành chính và hướng dẫn nộp hồ sơ trực tuyến "
    "tại trung tâm phục vụ hành chính công vào chiều thứ sáu tuần này"
)


@functools.cache
def speech(text: str, seconds: float = 8.0) -> np.ndarray:
    clip = EspeakEngine().speak(text, voice="vi+f2")
    raw = np.frombuffer(clip.pcm, "<i2").astype(float)
    at = np.arange(0, len(raw) - 1, clip.rate / 48000)
    made = np.interp(at, np.arange(len(raw)), raw)
    made = made / np.abs(made).max() * 26000
    return np.resize(made, round(seconds * 48000)).astype("<i2")


def tone(seconds, hz=500.0):
    return (np.sin(2 * np.pi * hz * np.arange(round(48000 * seconds)) / 48000) * 12000).astype("<i2")


def loudness_by_pyloudnorm(sound: np.ndarray, rate: int) -> float:
    """The programme's loudness as another program sees it; that one brings SciPy, which takes long to load."""
    import pyloudnorm

    return float(pyloudnorm.Meter(rate).integrated_loudness(sound))
