<#
.SYNOPSIS
Cài Loa Xã thành dịch vụ trên Windows 10/11 64 bit, hoặc gỡ ra (-Uninstall). Chạy bằng PowerShell với quyền quản trị.

.DESCRIPTION
Lies beside wanted.txt (every package with its hash) and the wheel of the program, as build_windows.py lays them. Nothing
but files whose hash fits is installed. Checked on Linux by a parser alone: never run on a real Windows.
#>
[CmdletBinding()]
param(
    [switch]$Uninstall,
    [ValidateRange(1, 65535)][int]$Port = 8080,
    [switch]$NoStarter
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$Root = Join-Path $env:ProgramData 'Loa'
$Versions = Join-Path $Root 'versions'
$Pointer = Join-Path $Root 'current.txt'
$StationHome = Join-Path $Root 'home'
$Rule = 'Loa Xa'
$UpdatePolicy = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'
$Hours = @{ SetActiveHours = 1; ActiveHoursStart = 4; ActiveHoursEnd = 22 }

function Invoke-Checked {
    param([string]$Program, [string[]]$Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) {
        throw "Lệnh $Program $($Arguments -join ' ') không thành (mã $LASTEXITCODE)."
    }
}

function Get-CurrentLoa {
    if (-not (Test-Path -LiteralPath $Pointer)) { return $null }
    $version = (Get-Content -LiteralPath $Pointer -Raw).Trim()
    $loa = Join-Path (Join-Path $Versions $version) 'Scripts\loa.exe'
    if (Test-Path -LiteralPath $loa) { return $loa }
    return $null
}

function New-Environment {
    param([string]$Place)
    if (Get-Command uv -ErrorAction SilentlyContinue) {
        Invoke-Checked uv @('venv', '--seed', '--python', '3.12', $Place)
        return
    }
    foreach ($wanted in '-3.12', '-3.13', '-3.11', '-3.14') {
        & py $wanted -c 'import sys; sys.exit(sys.maxsize < 2**32)' 2>$null
        if ($LASTEXITCODE -eq 0) {
            Invoke-Checked py @($wanted, '-m', 'venv', $Place)
            return
        }
    }
    throw 'Cần Python 64 bit từ 3.11 đến 3.14 của python.org, hoặc uv. Hãy cài rồi chạy lại.'
}

function Set-Rights {
    # ProgramData lets every account add files: here only administrators may, and nobody else looks into the station.
    New-Item -ItemType Directory -Force -Path $Root, $Versions, $StationHome | Out-Null
    $full = @('*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F')
    Invoke-Checked icacls @($Root, '/inheritance:r', '/grant:r', $full[0], $full[1], '*S-1-5-32-545:(OI)(CI)RX', '/Q')
    Invoke-Checked icacls @($StationHome, '/inheritance:r', '/grant:r', $full[0], $full[1], '/Q')
}

function Install-Loa {
    $wheel = Get-ChildItem -LiteralPath $PSScriptRoot -Filter 'loa_xa-*-py3-none-any.whl' | Select-Object -First 1
    if (-not $wheel) { throw 'Thiếu tệp loa_xa-….whl cạnh install.ps1.' }
    $version = $wheel.Name.Split('-')[1]
    $place = Join-Path $Versions $version
    Set-Rights

    if (-not (Test-Path -LiteralPath (Join-Path $place '.complete'))) {
        if (Test-Path -LiteralPath $place) { Remove-Item -LiteralPath $place -Recurse -Force }
        New-Environment $place
        $python = Join-Path $place 'Scripts\python.exe'
        $list = Join-Path $PSScriptRoot 'wanted.txt'
        $quiet = @('-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:')
        Invoke-Checked $python ($quiet + @('--require-hashes', '-r', $list))
        Invoke-Checked $python ($quiet + @('--no-index', $wheel.FullName))
        New-Item -ItemType File -Path (Join-Path $place '.complete') | Out-Null
    }

    $before = Get-CurrentLoa
    if ($before) { & $before service stop }
    Set-Content -LiteralPath "$Pointer.new" -Value $version -NoNewline -Encoding ascii
    Move-Item -LiteralPath "$Pointer.new" -Destination $Pointer -Force

    $loa = Get-CurrentLoa
    $how = @('service', 'install', '--home', $StationHome)
    if (-not $NoStarter -and -not (Test-Path -LiteralPath (Join-Path $StationHome 'station.toml'))) { $how += '--starter' }
    Invoke-Checked $loa $how
}

function Set-Machine {
    # The panel: from the same network alone, never where Windows calls the network a public one.
    Remove-NetFirewallRule -DisplayName $Rule -ErrorAction SilentlyContinue
    New-NetFirewallRule -DisplayName $Rule -Direction Inbound -Action Allow -Protocol TCP -LocalPort $Port `
        -Profile @('Private', 'Domain') -RemoteAddress LocalSubnet | Out-Null

    # It must not sleep; "fast startup" is a sleep too.
    Invoke-Checked powercfg @('/change', 'standby-timeout-ac', '0')
    Invoke-Checked powercfg @('/change', 'hibernate-timeout-ac', '0')
    & powercfg /hibernate off

    # No restart by Windows Update while horns may sound: 4 to 22 o'clock is the longest that Windows takes.
    New-Item -Path $UpdatePolicy -Force | Out-Null
    foreach ($name in $Hours.Keys) { Set-ItemProperty -Path $UpdatePolicy -Name $name -Value $Hours[$name] -Type DWord }
}

function Uninstall-Loa {
    $loa = Get-CurrentLoa
    if ($loa) { Invoke-Checked $loa @('service', 'remove') }
    Remove-NetFirewallRule -DisplayName $Rule -ErrorAction SilentlyContinue
    foreach ($name in $Hours.Keys) {
        Remove-ItemProperty -Path $UpdatePolicy -Name $name -ErrorAction SilentlyContinue
    }
    foreach ($left in $Versions, $Pointer) {
        if (Test-Path -LiteralPath $left) { Remove-Item -LiteralPath $left -Recurse -Force }
    }
    Write-Output "Đã gỡ chương trình. Dữ liệu của đài (nhật ký phát, duyệt, âm thanh) còn nguyên ở $StationHome"
    Write-Output 'Máy vẫn được đặt không ngủ; đổi lại trong Cài đặt của Windows nếu muốn.'
}

$me = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'Hãy mở PowerShell với quyền quản trị (Run as administrator) rồi chạy lại.'
}
if ($Uninstall) {
    Uninstall-Loa
} else {
    Install-Loa
    Set-Machine
    Write-Output "Xong. Trang quản lý: http://127.0.0.1:$Port/"
}
